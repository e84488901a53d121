"""Reconciliations in the office: the list, a run's buckets, each line's button, the signature, the file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from integrations.services import outbox
from payments.models import (
    Incident,
    Payment,
    ReconciliationLine,
    ReconciliationRun,
    Statement,
)
from payments.provider import EventKind, ProviderEvent, Trust
from payments.providers.oneplat.adapter import Provider
from tests import factories
from tests.payments.reconciliation.scenario import reconciled, roubles, said
from tests.support.office import list_of, messages_of, page, queries_of, signed_in, staff_member

Kind = ReconciliationLine.Kind
SEE = "payments.view_reconciliationrun"
RUN = "payments.run_reconciliation"


@pytest.fixture
def listing(monkeypatch) -> list[ProviderEvent]:
    rows: list[ProviderEvent] = []

    def list_payments(self, *, since: datetime) -> Iterator[ProviderEvent]:
        yield from rows

    monkeypatch.setattr(Provider, "list_payments", list_payments)
    return rows


def line_page(line: ReconciliationLine, name: str) -> str:
    return reverse(f"admin:payments_reconciliationrun_{name}", args=[line.pk])


@pytest.fixture
def differing(db, listing) -> ReconciliationRun:
    """One order of theirs that is not ours, one payment that nobody told us of."""
    listing.append(said(reference="=HYPERLINK(evil)", money=roubles("5")))
    listing.append(said(factories.a_payment()))
    return reconciled()


def test_the_list_says_what_is_open(office, differing):
    shown = office.get(list_of(ReconciliationRun)).content.decode()
    assert "не разобрано: 2" in shown
    assert "1Plat" in shown
    assert "Провести сверку" in shown


def test_a_run_shows_its_buckets_and_a_button_for_each_line(office, differing):
    response = office.get(page(differing))
    assert [(bucket.kind, bucket.open) for bucket in response.context["card"].extra["buckets"]] == [
        (Kind.MISSING_HERE, 1),
        (Kind.PAID_THERE, 1),
    ]
    shown = response.content.decode()
    assert "Проверить платёж" in shown
    assert "Открыть исключение" in shown
    assert "Подписать" not in shown


def test_the_check_button_settles_what_was_paid_there(office, differing, monkeypatch):
    line = differing.lines.get(kind=Kind.PAID_THERE)

    def fetch(self, external_id):
        return ProviderEvent(
            kind=EventKind.PAID,
            trust=Trust.SIGNED,
            event_id=f"{external_id}:1",
            reference=line.payment.reference,
            external_id=external_id,
            money=line.payment.money,
        )

    monkeypatch.setattr(Provider, "fetch", fetch)
    response = office.post(line_page(line, "fix"), follow=True)
    line.refresh_from_db()
    line.payment.refresh_from_db()
    assert line.payment.status == Payment.Status.PAID
    assert (line.how, str(line.resolved_by)) == ("fixed", "owner")
    assert "ждёт оплаты → оплачен" in messages_of(response)
    assert LogEntry.objects.filter(object_id=str(differing.pk)).exists()


def test_a_check_that_finds_nothing_leaves_the_line_open(office, differing, monkeypatch):
    line = differing.lines.get(kind=Kind.PAID_THERE)
    pending = said(line.payment, EventKind.PENDING)
    monkeypatch.setattr(Provider, "fetch", lambda self, external_id: pending)
    response = office.post(line_page(line, "fix"), follow=True)
    line.refresh_from_db()
    assert line.resolved_at is None
    assert "состояние прежнее" in messages_of(response)


def test_a_stranger_becomes_an_exception(office, differing):
    line = differing.lines.get(kind=Kind.MISSING_HERE)
    office.post(line_page(line, "fix"))
    incident = Incident.objects.get()
    assert (incident.kind, incident.external_id) == (Incident.Kind.UNKNOWN_PAYER, line.reference)


def test_an_explanation_needs_words_and_closes_the_line(office, differing):
    line = differing.lines.first()
    asked = office.post(line_page(line, "explain"), {"reason": ""})
    assert asked.context["form"].errors
    office.post(line_page(line, "explain"), {"reason": "тестовый заказ владельца"})
    line.refresh_from_db()
    assert (line.how, line.resolution) == ("explained", "тестовый заказ владельца")


def test_signing_waits_until_nothing_is_open(office, differing):
    response = office.post(page(differing, "sign"), {"note": ""}, follow=True)
    assert "разберите все" in messages_of(response)
    differing.lines.update(resolved_at=differing.finished_at, how="explained")
    assert "Подписать" in office.get(page(differing)).content.decode()
    office.post(page(differing, "sign"), {"note": "сошлось"})
    differing.refresh_from_db()
    assert (str(differing.signed_by), differing.note) == ("owner", "сошлось")
    assert office.get(line_page(differing.lines.first(), "explain")).status_code == 403


def test_the_file_opens_in_a_spreadsheet_and_runs_nothing(office, differing):
    response = office.get(page(differing, "export"))
    shown = b"".join(response.streaming_content).decode()
    assert shown.startswith("\ufeff")
    assert ";'=HYPERLINK(evil);" in shown
    assert ";=" not in shown


def test_a_run_on_demand_is_done_by_a_worker(office, listing):
    start = reverse("admin:payments_reconciliationrun_start")
    assert office.get(start).status_code == 200
    today = {"since": "2026-11-01", "until": "2026-11-02"}
    response = office.post(start, {"subject": "oneplat"} | today, follow=True)
    assert "поставлена в очередь" in messages_of(response)
    run = ReconciliationRun.objects.get()
    assert (run.status, str(run.started_by)) == ("running", "owner")
    again = office.post(start, {"subject": "oneplat"} | today, follow=True)
    assert "уже идёт" in messages_of(again)
    outbox.drain()
    run.refresh_from_db()
    assert run.status == "done"
    assert "всё сошлось" in office.get(page(run)).content.decode()


def test_a_failed_run_says_why(office, db, monkeypatch):
    monkeypatch.setattr(Provider, "list_payments", None)
    run = reconciled("elsewhere")
    shown = office.get(page(run)).content.decode()
    assert "not switched on" in shown
    assert "Сверить ещё раз" in shown


@pytest.mark.parametrize(
    ("rights", "name"), [((SEE,), "fix"), ((SEE,), "explain"), ((SEE, RUN), "fix")]
)
def test_a_line_needs_the_right_to_reconcile_and_the_buttons_own(differing, rights, name):
    client = signed_in(staff_member(*rights))
    line = differing.lines.get(kind=Kind.PAID_THERE)
    assert client.post(line_page(line, name), {"reason": "так надо"}).status_code == 403
    line.refresh_from_db()
    assert line.resolved_at is None


def test_who_only_looks_has_no_buttons(differing):
    client = signed_in(staff_member(SEE))
    shown = client.get(page(differing)).content.decode()
    assert "Объяснить" not in shown
    for name in ("sign", "again"):
        assert client.post(page(differing, name)).status_code == 403
    assert client.get(reverse("admin:payments_reconciliationrun_start")).status_code == 403


def test_pages_take_the_same_queries_however_much_they_show(office, listing):
    listing.append(said(factories.a_payment()))
    few = reconciled()
    small = queries_of(office, page(few)), queries_of(office, list_of(ReconciliationRun))
    for _number in range(12):
        listing.append(said(factories.a_payment()))
    many = reconciled()
    assert queries_of(office, page(many)) <= small[0]
    assert queries_of(office, list_of(ReconciliationRun)) <= small[1]


class TestStatements:
    def send(self, office: Client, text: str) -> Any:
        upload = reverse("admin:payments_statement_upload")
        assert office.get(upload).status_code == 200
        file = SimpleUploadedFile("ноябрь.csv", text.encode("cp1251"))
        return office.post(
            upload, {"provider": "oneplat", "currency": "RUB", "file": file}, follow=True
        )

    def test_from_the_file_to_the_run(self, office):
        payment = factories.a_payment()
        text = (
            f"Номер заказа;Сумма;Дата\n{payment.reference};199,00;20.11.2026\nчужой;5;21.11.2026\n"
        )
        seen = self.send(office, text).content.decode()
        assert "Принять и сверить" in seen
        assert "нет у нас" in seen
        assert f"№ {payment.pk}" in seen
        statement = Statement.objects.get()
        asked = office.get(page(statement, "keep"))
        assert 'value="2026-11-20"' in asked.content.decode()
        days = {"since": "2026-11-20", "until": "2026-11-21"}
        office.post(page(statement, "keep"), days)
        outbox.drain()
        run = ReconciliationRun.objects.get()
        assert (run.status, run.statement) == ("done", statement)
        assert {line.kind for line in run.lines.all()} == {Kind.MISSING_HERE, Kind.PAID_THERE}
        assert "принят" in self.send(office, text).content.decode()
        assert Statement.objects.count() == 1

    def test_errors_are_shown_by_line_and_nothing_is_kept(self, office):
        shown = self.send(office, "Номер;Сумма\nа;сто\n").content.decode()
        assert "Строка 2: сумма «сто» не читается" in shown
        assert Statement.objects.count() == 0

    def test_a_preview_may_be_thrown_away(self, office):
        self.send(office, "Номер;Сумма\nа;100\n")
        office.post(page(Statement.objects.get(), "discard"))
        assert Statement.objects.count() == 0

    def test_uploading_needs_its_right(self, db):
        client = signed_in(staff_member("payments.view_statement"))
        assert client.get(reverse("admin:payments_statement_upload")).status_code == 403
        assert client.get(list_of(Statement)).status_code == 200
