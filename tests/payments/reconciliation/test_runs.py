"""How a run begins, ends, and what the next one remembers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.timezone import localdate, localtime

from integrations.clock import now, wall_clock
from integrations.errors import ServiceUnreachable
from integrations.models import OutboxMessage
from integrations.services import outbox
from payments.management.commands.reconcile import moment
from payments.models import ListedRow, Payment, ReconciliationLine, ReconciliationRun
from payments.provider import EventKind, ProviderEvent
from payments.registry import get_provider
from payments.services.reconciliation import findings, runs, signing
from payments.services.reconciliation import listing as listing_of_theirs
from payments.services.reconciliation.runs import AlreadyRunning, execute, order
from tests import factories
from tests.payments.events import send
from tests.payments.reconciliation.scenario import WEEK, only_line, reconciled, said

How = ReconciliationLine.How
Status = ReconciliationRun.Status


@pytest.fixture
def broken_api(monkeypatch):
    def unreachable(self, *, since: datetime) -> Iterator[ProviderEvent]:
        raise ServiceUnreachable("1Plat did not answer", service="1Plat")

    monkeypatch.setattr(type(get_provider("oneplat")), "list_payments", unreachable)


@pytest.fixture
def differing(db, listing) -> Payment:
    payment = factories.a_payment()
    listing.append(said(payment))
    return payment


def ordered() -> ReconciliationRun:
    return order(subject="oneplat", since=now() - WEEK, until=now())


def test_nothing_of_the_list_is_left_behind(differing):
    assert reconciled().theirs == 1
    assert ListedRow.objects.count() == 0


def test_an_api_that_fails_leaves_a_failed_run_with_the_reason(db, broken_api):
    run = reconciled()
    assert (run.status, run.error) == (Status.FAILED, "1Plat did not answer")
    assert run.finished_at is not None


def test_a_run_that_breaks_is_failed_and_says_so(db, monkeypatch):
    monkeypatch.setattr(findings, "conclude", lambda run: 1 / 0)
    run = order(subject="oneplat", since=now(), until=now())
    monkeypatch.setattr(listing_of_theirs, "fill", lambda run, keep_alive: None)
    with pytest.raises(ZeroDivisionError):
        execute(run_id=run.pk)
    run.refresh_from_db()
    assert (run.status, "ZeroDivisionError" in run.error) == (Status.FAILED, True)


def test_two_runs_of_a_subject_do_not_overlap(db, listing):
    run = ordered()
    with pytest.raises(AlreadyRunning):
        ordered()
    order(subject="panel", since=now(), until=now())
    ReconciliationRun.objects.filter(pk=run.pk).update(lease_until=wall_clock() + timedelta(60))
    with pytest.raises(AlreadyRunning):
        execute(run_id=run.pk)


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_with_one_run_one_does_it(listing, make_payment):
    listing.append(said(make_payment()))
    run = ordered()

    def work() -> str:
        try:
            return str(execute(run_id=run.pk).status)
        except AlreadyRunning:
            return "busy"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as workers:
        said_by = [job.result() for job in [workers.submit(work) for _number in range(2)]]
    assert said_by.count("done") >= 1
    assert run.lines.count() == 1


def test_a_run_whose_process_died_is_taken_up_and_at_last_given_up(db, listing):
    run = ordered()
    ListedRow.objects.create(run=run, kind="paid", reference="half-read")
    assert execute(run_id=run.pk).theirs == 0

    lost = ordered()
    ReconciliationRun.objects.filter(pk=lost.pk).update(
        lease_until=wall_clock() - timedelta(minutes=6)
    )
    assert ordered().pk != lost.pk
    lost.refresh_from_db()
    assert lost.status == Status.FAILED


def test_a_run_that_has_ended_is_not_done_again(differing):
    run = reconciled()
    run.lines.all().delete()
    assert execute(run_id=run.pk).lines.count() == 0


def test_an_explained_difference_stays_silent_until_it_changes(differing, listing, olga):
    first = only_line()
    assert signing.explain(line_id=first.pk, reason="тест владельца", staff=olga)
    again = reconciled()
    line = again.lines.get()
    assert (line.how, line.resolution, line.resolved_by) == (How.EXPLAINED, "тест владельца", olga)
    assert not again.open_lines.exists()

    listing[0] = said(differing, paid_at=now() - timedelta(days=2))
    assert only_line().resolved_at is None


def test_a_difference_that_was_fixed_and_came_back_is_open_again(differing, olga):
    line = only_line()
    signing.resolve(line_id=line.pk, how=How.FIXED, resolution="проверено", staff=olga)
    assert only_line().resolved_at is None


def test_what_no_longer_differs_is_closed_in_earlier_runs(differing):
    first = reconciled()
    send(differing, EventKind.PAID)
    second = reconciled()
    line = first.lines.get()
    assert (second.lines.count(), line.how) == (0, How.GONE)
    assert str(second.pk) in line.resolution


def test_a_shorter_run_does_not_close_what_it_did_not_look_at(differing, listing):
    Payment.objects.update(created_at=now() - timedelta(hours=5))
    first = reconciled()
    listing.clear()
    reconciled(since=now() - timedelta(hours=1))
    assert first.open_lines.count() == 1


def test_nobody_signs_while_something_is_open(differing, olga):
    run = reconciled()
    with pytest.raises(signing.NotReconciled):
        signing.sign(run_id=run.pk, staff=olga)
    signing.explain(line_id=run.lines.get().pk, reason="договорились", staff=olga)
    assert signing.sign(run_id=run.pk, staff=olga, note="сошлось").signed_by == olga
    with pytest.raises(signing.NotReconciled):
        signing.sign(run_id=run.pk, staff=olga)


def test_a_run_that_failed_is_not_signed(db, broken_api, olga):
    with pytest.raises(signing.NotReconciled):
        signing.sign(run_id=reconciled().pk, staff=olga)


def test_a_list_of_too_many_differences_says_so_and_is_not_signed(db, listing, olga, monkeypatch):
    monkeypatch.setattr(findings, "MOST", 2)
    listing += [said(reference=f"stranger-{number}") for number in range(5)]
    run = reconciled()
    assert (run.lines.count(), "не все" in run.error) == (2, True)
    run.lines.update(resolved_at=now())
    with pytest.raises(signing.NotReconciled):
        signing.sign(run_id=run.pk, staff=olga)


def test_a_worker_does_the_run_that_was_ordered(differing):
    run = ordered()
    runs.order_for_worker(run)
    assert outbox.drain() == 2  # the run, and what staff are told of its difference
    run.refresh_from_db()
    assert (run.status, run.lines.count()) == (Status.DONE, 1)
    told = OutboxMessage.objects.get(topic="reconciliation.differs")
    assert told.delivered_at is not None


class TestDaily:
    @pytest.fixture(autouse=True)
    def _in_the_morning(self, settings, monkeypatch):
        settings.CREDENTIALS = settings.CREDENTIALS | {"REMNAWAVE_BASE_URL": ""}
        self.hour = 6
        monkeypatch.setattr(
            runs, "localtime", lambda value: localtime(value).replace(hour=self.hour, minute=0)
        )

    def test_once_a_day_and_staff_hear_of_differences(self, differing):
        assert runs.reconcile_daily() == 1
        assert runs.reconcile_daily() == 0
        run = ReconciliationRun.objects.get()
        assert (localdate() - localdate(run.since)).days == runs.DAYS_BACK
        told = OutboxMessage.objects.get(topic="reconciliation.differs")
        assert told.payload == {"run_id": run.pk}

    def test_not_before_the_hour(self, differing):
        self.hour = 4
        assert runs.reconcile_daily() == 0

    def test_a_failed_one_is_tried_again_an_hour_later(self, db, broken_api):
        assert runs.reconcile_daily() == 0
        assert runs.reconcile_daily() == 0
        assert ReconciliationRun.objects.count() == 1
        ReconciliationRun.objects.update(finished_at=now() - timedelta(hours=2))
        runs.reconcile_daily()
        assert ReconciliationRun.objects.count() == 2


class TestCommand:
    def run(self, capsys, *arguments: str) -> tuple[int, str]:
        code = 0
        try:
            call_command("reconcile", *arguments)
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        return code, capsys.readouterr().out

    def test_open_differences_are_told_and_change_nothing(self, differing, capsys):
        code, shown = self.run(capsys, "--provider", "oneplat", "--since", "7d")
        assert code == 1
        assert f"❌ 1Plat № {differing.pk} {differing.reference}: оплачено у них" in shown
        differing.refresh_from_db()
        assert differing.status == Payment.Status.PENDING

    def test_no_difference_is_success(self, db, listing, capsys):
        listing.append(said(factories.a_paid_payment()))
        code, shown = self.run(capsys, "--provider", "oneplat", "--json")
        assert code == 0
        (report,) = json.loads(shown)
        assert (report["status"], report["theirs"], report["open"]) == ("done", 1, 0)

    def test_what_could_not_be_done_is_another_code(self, db, broken_api, capsys):
        code, shown = self.run(capsys, "--provider", "oneplat")
        assert code == 2
        assert "❌ 1Plat: 1Plat did not answer" in shown

    def test_everything_that_can_be_listed_is_compared(self, db, listing, capsys):
        code, shown = self.run(capsys)
        assert code == 2  # no panel behind the test's address
        assert "✅ 1Plat" in shown
        assert "❌ Remnawave" in shown

    def test_a_provider_that_is_off_is_said_so(self, db):
        with pytest.raises(CommandError, match="not switched on"):
            call_command("reconcile", "--provider", "stripe")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T09:30+03:00", datetime(2026, 11, 20, 6, 30, tzinfo=UTC)),
    ],
)
def test_since_is_a_date(text, expected):
    assert moment(text) == expected


def test_since_may_count_back():
    assert abs(now() - WEEK - moment("7d")) < timedelta(seconds=5)
