"""What whoever runs the shop sees of it while it runs."""

from __future__ import annotations

import json
import signal

import pytest
import requests

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stack"), pytest.mark.timeout(240)]

PRODUCT = ("web", "worker", "beat", "bot")
STAFF_CHAT = -1001000000001
SILENT = "UPDATE integrations_heartbeat SET seen_at = seen_at - interval '1 minute' WHERE process LIKE %s"
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


@pytest.fixture
def quick_bot(stack):
    """The bot looks for trouble every second."""
    stack.kill("bot")
    stack.start("bot", env={"WATCH_EVERY": "1"})
    yield
    stack.restart("bot")


def of_processes(stack) -> list[str]:
    """What staff were told of silent processes."""
    found = stack.ask("telegram/messages", chat_id=STAFF_CHAT, **{"from": "bot"})["messages"]
    return [one["text"] for one in found if "Процесс молчит" in one["text"]]


def test_a_dead_worker_is_told_by_the_bot_alone_and_so_is_its_return(stack, quick_bot):
    """Nobody else could: that worker consumes every queue but the one of mailings."""
    before = len(of_processes(stack))
    stack.kill("worker")
    try:
        stack.rows(SILENT, "worker@%")
        stack.until(lambda: len(of_processes(stack)) > before, what="the alert in the group")
    finally:
        stack.start("worker")
    told = of_processes(stack)[before]
    assert "🔴 Процесс молчит: worker@" in told
    assert all(f"worker@{name}" in told for name in ("money", "access", "messages", "celery"))
    stack.until(lambda: len(of_processes(stack)) > before + 1, what="the end of it")
    assert "✅ Прошло: Процесс молчит: worker@" in of_processes(stack)[before + 1]
    stack.until(lambda: all_is_well(stack), what="every part to be fine again")
    assert len(of_processes(stack)) == before + 2
    fired = (
        "SELECT count(*) FROM integrations_alert WHERE name = 'ProcessSilent' AND subject LIKE %s"
    )
    assert stack.value(fired, "worker@%") == 4


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
