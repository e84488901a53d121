"""Refunds in the back office: the list, the page, every decision, and who may take it."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from payments.models import MoneyEntry, Payment, Refund
from payments.services import refunds
from tests import factories
from tests.support.office import (
    list_of,
    messages_of,
    owner,
    page,
    queries_of,
    shown,
    signed_in,
    staff_member,
)

Status = Refund.Status
SEES = ("payments.view_refund", "payments.view_payment")
DECIDES = (*SEES, "payments.decide_refund")
CONFIRMS = (*SEES, "payments.approve_refund")


def asked(**fields) -> Refund:
    payment = factories.a_paid_payment(**fields)
    return refunds.request_refund(
        payment_id=payment.pk, customer_id=payment.customer_id, wish="не работает на телефоне"
    )


def ordered(staff: User, amount: str = "199.00", **fields) -> Refund:
    return refunds.start_refund(
        payment_id=fields.pop("payment", None) or factories.a_paid_payment().pk,
        staff=staff,
        amount=Decimal(amount),
        days=0,
        reason="ошибка магазина",
        key=uuid4(),
    )


def sent(client: Client, refund: Refund, action: str, **fields):
    return client.post(page(refund, action), fields, follow=True)


# --- the list


def test_what_waits_for_a_person_comes_first(office, admin_user):
    waiting, failed = asked(), ordered(admin_user)
    done = ordered(admin_user)
    Refund.objects.filter(pk=failed.pk).update(status=Status.FAILED)
    Refund.objects.filter(pk=done.pk).update(status=Status.SUCCEEDED)
    rows = office.get(list_of(Refund)).context["cl"].result_list
    assert [row.pk for row in rows] == [failed.pk, waiting.pk, done.pk]
    assert shown(office, Refund, "queue=waiting") == {waiting.pk, failed.pk}
    assert shown(office, Refund, "status__exact=succeeded") == {done.pk}


def test_a_failed_refund_stops_waiting_when_there_is_a_later_one(office, admin_user):
    failed = ordered(admin_user)
    Refund.objects.filter(pk=failed.pk).update(status=Status.FAILED)
    later = ordered(admin_user, payment=failed.payment_id)
    assert shown(office, Refund, "queue=waiting") == {later.pk}


def test_a_refund_is_found_by_any_number(office):
    refund = asked()
    Refund.objects.filter(pk=refund.pk).update(external_id="2f3c2b00-0015")
    asked()
    for term in (
        str(refund.pk),
        f"№ {refund.payment_id}",
        refund.reference[:10],
        "2f3c2b00",
        refund.payment.customer.username,
        str(refund.payment.customer.telegram_id),
    ):
        assert refund.pk in shown(office, Refund, f"q={term}"), term
    assert shown(office, Refund, "q=nothing-like-this") == set()


def test_the_list_takes_the_same_queries_whatever_its_length(office):
    asked()
    few = queries_of(office, list_of(Refund))
    for _number in range(5):
        asked()
    assert queries_of(office, list_of(Refund)) == few


def test_the_file_holds_what_the_list_shows(office, admin_user):
    asked()
    done = ordered(admin_user, amount="50.50")
    refunds.complete_manual(refund_id=done.pk, staff=admin_user, evidence="=Сбер, № 7")
    address = reverse("admin:payments_refund_export")
    text = b"".join(office.get(f"{address}?status__exact=succeeded").streaming_content).decode()
    head, row = csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";")
    assert len(head) == len(row) == 19
    assert (row[1], row[3]) == ("возвращён", "50,50")
    assert "'=Сбер, № 7" in row


def test_the_dashboard_counts_what_waits(office):
    asked()
    tiles = {tile.title: tile for tile in office.get("/admin/").context["dashboard"].tiles}
    assert tiles["Возвраты"].count == "1"
    assert tiles["Возвраты"].url == list_of(Refund, "queue=waiting")


# --- the page


def test_the_page_shows_the_wish_the_payment_and_the_way(office):
    refund = asked()
    text = office.get(page(refund)).content.decode()
    for said in ("не работает на телефоне", f"№ {refund.payment_id}", refund.reference, "199 ₽"):
        assert said in text
    assert "Одобрить" in text
    assert "Отказать" in text


def test_the_page_of_every_state_opens(office, admin_user):
    for status in Status.values:
        refund = ordered(admin_user)
        Refund.objects.filter(pk=refund.pk).update(status=status, error="timeout")
        assert office.get(page(refund)).status_code == 200, status


def test_the_payment_shows_its_refunds(office):
    refund = asked()
    text = office.get(page(refund.payment)).content.decode()
    assert page(refund) in text
    assert "Вернуть деньги" in text


# --- decisions


def test_a_request_is_approved_with_a_reason(office):
    refund = asked()
    assert "снимет" in office.get(page(refund, "approve")).content.decode()
    response = sent(
        office, refund, "approve", amount="50.00", days="7", reason="половина", key=uuid4()
    )
    refund.refresh_from_db()
    assert (refund.status, refund.amount, refund.days) == (Status.MANUAL, Decimal("50.00"), 7)
    assert "запишите подтверждение" in messages_of(response)
    assert "половина" in LogEntry.objects.get().change_message


def test_a_request_is_rejected_with_a_reason(office):
    refund = asked()
    sent(office, refund, "reject", reason="срок уже прошёл")
    refund.refresh_from_db()
    assert (refund.status, refund.reason) == (Status.REJECTED, "срок уже прошёл")


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": "200", "days": "0", "reason": "слишком много"},
        {"amount": "0", "days": "0", "reason": "ничего"},
        {"amount": "10", "days": "-1", "reason": "странно"},
        {"amount": "10", "days": "0", "reason": ""},
    ],
)
def test_a_senseless_decision_is_asked_again(office, fields):
    refund = asked()
    response = sent(office, refund, "approve", key=uuid4(), **fields)
    assert response.context["form"].errors
    refund.refresh_from_db()
    assert refund.status == Status.REQUESTED


def test_who_comes_second_is_told_so(office):
    refund = asked()
    sent(office, refund, "reject", reason="срок уже прошёл")
    response = sent(office, refund, "reject", reason="ещё раз")
    assert "Кто-то уже решил" in messages_of(response)
    assert LogEntry.objects.count() == 1


def test_a_large_refund_needs_a_second_person(db, settings):
    settings.REFUND_SECOND_PERSON_ABOVE = 100
    first, second = staff_member(*DECIDES), staff_member(*CONFIRMS, name="boris")
    refund = ordered(first)
    both = staff_member(*DECIDES, "payments.approve_refund", name="ivan")
    assert refund.status == Status.SECOND
    assert signed_in(first).get(page(refund, "confirm")).status_code == 403
    response = sent(signed_in(second), refund, "confirm")
    assert "Переведите деньги" in messages_of(response)
    mine = ordered(both)
    response = sent(signed_in(both), mine, "confirm")
    assert "другой сотрудник" in messages_of(response)
    mine.refresh_from_db()
    assert mine.status == Status.SECOND


def test_a_transfer_by_hand_is_written_down(office, admin_user):
    refund = ordered(admin_user)
    sent(office, refund, "manual", evidence="Сбер, № 77, 12:40")
    refund.refresh_from_db()
    assert (refund.status, refund.evidence) == (Status.SUCCEEDED, "Сбер, № 77, 12:40")
    assert Payment.objects.get(pk=refund.payment_id).status == "refunded"
    assert MoneyEntry.objects.filter(kind="refund").count() == 1


def test_a_failed_refund_is_closed_or_made_again(office, admin_user):
    refund = ordered(admin_user)
    Refund.objects.filter(pk=refund.pk).update(status=Status.FAILED, error="no money")
    text = office.get(page(refund)).content.decode()
    assert reverse("admin:payments_payment_refund", args=[refund.payment_id]) in text
    sent(office, refund, "reject", reason="клиент согласился подождать")
    refund.refresh_from_db()
    assert refund.status == Status.REJECTED


# --- from the payment


def test_staff_give_a_part_back_from_the_payment(office):
    payment = factories.a_paid_payment()
    form = office.get(page(payment, "refund")).context["form"]
    assert form.initial["amount"] == Decimal("199.00")
    fields = {"amount": "99", "days": "15", "reason": "перерыв связи", "key": uuid4()}
    for _click in range(2):
        response = office.post(page(payment, "refund"), fields, follow=True)
    refund = Refund.objects.get()
    assert response.redirect_chain[-1][0] == page(refund)
    assert (refund.amount, refund.days, refund.origin) == (Decimal("99.00"), 15, "staff")
    assert "перерыв связи" in LogEntry.objects.filter(object_id=str(payment.pk))[0].change_message


def test_a_customers_request_is_not_passed_by(office):
    refund = asked()
    fields = {"amount": "99", "days": "0", "reason": "сами решили", "key": uuid4()}
    response = office.post(page(refund.payment, "refund"), fields, follow=True)
    assert "решите сначала" in messages_of(response)
    assert Refund.objects.count() == 1


def test_a_payment_without_money_gives_nothing_back(office):
    payment = factories.a_payment()
    response = office.get(page(payment, "refund"), follow=True)
    assert "Возвращать нечего" in messages_of(response)


# --- who may


@pytest.mark.parametrize("action", ["approve", "reject", "confirm", "manual"])
def test_seeing_is_not_deciding(db, action):
    refund = asked()
    client = signed_in(staff_member(*SEES))
    assert client.get(page(refund)).status_code == 200
    assert client.post(page(refund, action), {"reason": "почему нет"}).status_code == 403
    assert client.post(page(refund.payment, "refund"), {}).status_code == 403
    refund.refresh_from_db()
    assert refund.status == Status.REQUESTED


def test_nobody_edits_or_deletes_a_refund(db):
    refund = asked()
    client = signed_in(owner())
    assert client.post(page(refund, "delete"), {"post": "yes"}).status_code == 403
    client.post(page(refund), {"amount": "1"})
    refund.refresh_from_db()
    assert refund.amount == Decimal("199.00")


def test_only_exporters_export(db):
    client = signed_in(staff_member(*SEES))
    assert client.get(reverse("admin:payments_refund_export")).status_code == 403
