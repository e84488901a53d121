"""What whoever runs the shop sees of it while it runs."""

from __future__ import annotations

import json
import signal

import pytest
import requests

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stack"), pytest.mark.timeout(240)]

PRODUCT = ("web", "worker", "beat", "bot")
SECRETS = ("plat-sandbox-secret", "sandbox-panel-token", "sandbox-bot-token", "stack-only-kkk")


def readiness(stack) -> requests.Response:
    return requests.get(f"{stack.web}/health/ready", timeout=5)


def all_is_well(stack) -> bool:
    return bool(readiness(stack).json()["status"] == "ok")


def test_every_process_proves_itself(stack):
    stack.until(lambda: all_is_well(stack), what="every part to be fine")
    answer = readiness(stack)
    assert answer.status_code == 200
    assert all(part["ok"] for part in answer.json()["parts"].values())


def test_a_frozen_redis_is_told_at_once_and_stops_no_probe(stack):
    stack.redis.process.send_signal(signal.SIGSTOP)
    try:
        answer = readiness(stack)
        assert (answer.status_code, answer.elapsed.total_seconds() < 2) == (503, True)
        assert requests.get(f"{stack.web}/health/live", timeout=1).ok
    finally:
        stack.redis.process.send_signal(signal.SIGCONT)
    stack.until(lambda: all_is_well(stack), what="every part to be fine again")


def test_after_a_sale_the_books_are_in_order_and_the_doctor_is_content(stack, new_customer):
    customer = new_customer()
    customer.order_card()
    customer.pays()
    assert customer.link()
    assert "rules hold" in stack.manage("audit_ledgers").stdout
    stack.until(lambda: all_is_well(stack), what="every part to be fine")
    report = json.loads(stack.manage("doctor", "--json").stdout)
    assert report["ok"]
    assert "differences" in stack.try_manage("reconcile", "--provider", "oneplat").stdout


def test_metrics_are_shown_to_this_machine(stack, new_customer):
    customer = new_customer()
    customer.order_card()
    customer.pays()
    assert customer.link()
    shown = requests.get(f"{stack.web}/metrics", timeout=5).text
    assert 'provodnik_money{currency="RUB",kind="capture",provider="oneplat"}' in shown
    assert 'provodnik_heartbeat_age_seconds{process="bot"}' in shown


def test_no_process_prints_a_secret(stack, new_customer):
    """Whatever other tests did with this stack is in these logs too."""
    customer = new_customer()
    customer.order_card()
    customer.pays()
    assert customer.link()
    printed = {name: stack.log(name).read_text(errors="replace") for name in PRODUCT}
    assert printed["web"]
    assert printed["worker"]
    assert {
        (name, secret) for name, text in printed.items() for secret in SECRETS if secret in text
    } == set()
