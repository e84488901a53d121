from __future__ import annotations

from pathlib import Path

from devtools import plan
from devtools.restarts import LIMIT, WINDOW, Restarts

ADDRESSES = plan.Addresses(web_port=8001, sandbox_port=8091, mail_port=8026, imap_port=8144)


def test_every_process_is_told_the_ports_that_were_chosen() -> None:
    assert ADDRESSES.environment["PUBLIC_URL"] == "http://127.0.0.1:8001"
    assert ADDRESSES.environment["SANDBOX_URL"] == "http://127.0.0.1:8091"


def test_web_and_sandbox_are_ready_when_they_answer() -> None:
    web = plan.product(ADDRESSES, Path("state"))[0]

    assert web.ready_url == "http://127.0.0.1:8001/health/live"
    assert plan.sandbox(ADDRESSES).ready_url == "http://127.0.0.1:8091/health"


def test_the_product_is_five_processes() -> None:
    processes = plan.product(ADDRESSES, Path("state"))

    assert [process.name for process in processes] == ["web", "worker", "mailer", "beat", "bot"]


def test_a_crashed_process_waits_longer_each_time_and_then_stays_down() -> None:
    restarts = Restarts()

    waits = [restarts.wait_after_crash(float(moment)) for moment in range(LIMIT + 1)]

    assert waits == [1, 2, 4, 8, 15, None]


def test_crashes_of_long_ago_do_not_count() -> None:
    restarts = Restarts()

    assert restarts.wait_after_crash(0) == 1
    assert restarts.wait_after_crash(WINDOW + 1) == 1
