"""Figures beyond money and access: services, processes, chores, messages, the machine."""

from __future__ import annotations

from datetime import timedelta
from math import inf

from bot.models import Mailing, Notice, Recipient, Topic
from integrations import traffic
from integrations.clock import now, wall_clock
from integrations.models import MailMessage, MailPause
from integrations.services import heartbeats
from integrations.services.call_figures import CallFigures
from payments.services.audit import Difference, Report
from project.tasks import audit_ledgers
from tests.project.test_metrics import pay
from tests.project.test_metrics import scrape as scrape


def test_what_came_in_lately_by_payment_system(scrape, make_payment):
    pay(make_payment())
    make_payment()
    figures = scrape()
    assert figures["provodnik_money_in_1h", "RUB", "oneplat"] == 199
    assert figures["provodnik_captures_1h", "oneplat"] == 1
    assert figures["provodnik_orders_1h", "oneplat"] == 2


def test_services_by_share_of_errors_and_time(scrape):
    figures = CallFigures()
    for status in (200, 200, 200, 503, None):
        call = traffic.Call(service="bank", ms=300, status=status, headers={})
        figures.count(call)
    figures.count(traffic.Call(service="rare", ms=100, status=None, headers={}))
    figures.flush()
    shown = scrape()
    assert shown["provodnik_service_calls_10m", "bank"] == 5
    assert shown["provodnik_service_errors_10m", "bank"] == 2
    assert shown["provodnik_service_error_ratio", "bank"] == 0.4
    assert shown["provodnik_service_seconds", "bank"] == 0.3
    assert shown["provodnik_service_max_seconds", "bank"] == 0.3
    assert ("provodnik_service_error_ratio", "rare") not in shown


def test_a_process_that_was_never_seen_is_silent_for_ever(scrape):
    heartbeats.beat("worker@money")
    shown = scrape()
    assert shown["provodnik_heartbeat_age_seconds", "worker@money"] < 5
    assert shown["provodnik_heartbeat_age_seconds", "worker@access"] == inf
    assert shown["provodnik_process_machines", "worker@money"] == 1
    assert shown["provodnik_process_machines", "worker@access"] == 0


def test_backups_are_measured_where_some_are_made(scrape, settings, tmp_path):
    assert ("provodnik_backup_age_seconds",) not in scrape()
    settings.BACKUP_TO = str(tmp_path)
    shown = scrape()
    assert shown["provodnik_backup_age_seconds",] == inf
    assert 0 < shown["provodnik_disk_free_ratio", "backup"] < 1


def test_the_nightly_audit_is_kept(scrape, monkeypatch):
    assert ("provodnik_ledger_audit_age_seconds",) not in scrape()
    found = Report(differences=[Difference(rule="bought", subject="payment 1", detail="no days")])
    monkeypatch.setattr("project.ledger_audit.audit_ledgers", lambda: found)
    assert audit_ledgers() == 1
    shown = scrape()
    assert shown["provodnik_ledger_audit_age_seconds",] < 5
    assert shown["provodnik_ledger_differences",] == 1


def test_messages_that_do_not_leave(scrape):
    hour = timedelta(hours=1)
    Notice.objects.create(key="a", topic=Topic.SYSTEM, title="a", last_at=now() - hour)
    MailMessage.objects.create(key="a", kind="k", to="a@example.com", created_at=now() - hour)
    MailMessage.objects.create(key="b", kind="k", to="a@example.com", status="refused")
    MailPause.objects.create(
        scope="all", why="limit", until=wall_clock() + hour, since=wall_clock() - hour
    )
    shown = scrape()
    assert 3600 <= shown["provodnik_notice_wait_seconds",] < 3660
    assert 3600 <= shown["provodnik_letter_wait_seconds",] < 3660
    assert shown["provodnik_letters_waiting",] == 1
    assert shown["provodnik_letters_failed_24h", "refused"] == 1
    assert shown["provodnik_letters_failed_24h", "bounced"] == 0
    assert 3600 <= shown["provodnik_mail_paused_seconds", "all"] < 3660


def test_redis_and_its_queues(scrape, settings):
    shown = scrape()
    assert shown["provodnik_redis_up",] == 1
    assert ("provodnik_broker_messages", "money") in shown
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    shown = scrape()
    assert shown["provodnik_redis_up",] == 0
    assert ("provodnik_broker_messages", "money") not in shown


def test_the_database_tells_its_size_and_its_connections(scrape):
    shown = scrape()
    assert shown["provodnik_database_bytes",] > 1_000_000
    assert 0 < shown["provodnik_database_connections_ratio",] <= 1


def test_a_running_mailing_that_does_not_move(scrape):
    hour = timedelta(hours=1)
    mailing = Mailing.objects.create(
        name="news",
        channel="mail",
        status="running",
        keeps_quiet_hours=False,
        started_at=now() - hour,
    )
    assert scrape()["provodnik_mailing_idle_seconds",] == 0  # nobody is left to write to
    for address in ("a@example.com", "b@example.com"):
        Recipient.objects.create(mailing=mailing, address=address, not_before=now() - hour)
    shown = scrape()
    assert shown["provodnik_mailings", "running"] == 1
    assert shown["provodnik_mailings", "paused"] == 0
    assert 3600 <= shown["provodnik_mailing_idle_seconds",] < 3660
    mailing.recipients.filter(address="a@example.com").update(state="sent", claimed_at=wall_clock())
    assert scrape()["provodnik_mailing_idle_seconds",] < 60
