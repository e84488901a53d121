"""Exceptions in the back office: the queues, the page of one, a decision with its page, two people at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from integrations.models import OutboxMessage
from payments.models import DayEntry, Incident, Payment, Refund
from payments.money import Money
from payments.provider import EventKind
from payments.services.incidents import open_incident
from tests import factories
from tests.support.office import (
    list_of,
    messages_of,
    page,
    queries_of,
    shown,
    signed_in,
    staff_member,
)

Kind = Incident.Kind


def of_kind(kind: Incident.Kind) -> Incident:
    """An exception of this kind with everything its page can show."""
    if kind == Kind.UNDERPAID:
        factories.a_payment_in_review()
        return Incident.objects.latest("pk")
    if kind == Kind.PAID_TWICE:
        payment = factories.told(factories.a_payment(), EventKind.PAID, operation="1")
        factories.told(payment, EventKind.PAID, operation="2")
        return Incident.objects.latest("pk")
    known = None if kind == Kind.UNKNOWN_PAYER else factories.a_finished_payment()
    call = factories.a_call(known)
    return open_incident(
        kind=kind,
        key=f"test:{kind}:{call.pk}",
        provider="oneplat",
        payment=known,
        callback=call,
        external_id="guid-1",
        money=Money(factories.a_plan().amount, "RUB"),
        detail="как в жизни",
    )


@pytest.fixture
def underpaid(db) -> Incident:
    return of_kind(Kind.UNDERPAID)


@pytest.fixture
def boris(db) -> Client:
    rights = ("payments.view_incident", "payments.resolve_incident", "payments.decide_refund")
    return signed_in(staff_member(*rights, name="boris"))


def decide(client: Client, incident: Incident, code: str, **fields: str):
    data = {"reason": "так договорились", "key": "0" * 32} | fields
    return client.post(page(incident, code), data, follow=True)


def test_the_queues_count_and_name_the_oldest(office, underpaid):
    of_kind(Kind.UNDERPAID)
    of_kind(Kind.CHARGEBACK)
    queues = {queue.title: queue for queue in office.get(list_of(Incident)).context["queues"]}
    assert len(queues) == len(Kind)
    assert queues["оплачено меньше"].count == 2
    assert queues["оплачено меньше"].oldest
    assert queues["оплачено дважды"].count == 0


def test_the_list_shows_what_waits_and_on_demand_the_rest(office, underpaid):
    other = of_kind(Kind.CHARGEBACK)
    decide(office, other, "keep")
    assert shown(office, Incident) == {underpaid.pk}
    assert shown(office, Incident, "state=resolved") == {other.pk}
    assert shown(office, Incident, "state=all") == {underpaid.pk, other.pk}
    assert shown(office, Incident, "kind__exact=underpaid") == {underpaid.pk}
    assert shown(office, Incident, f"q={underpaid.pk}") == {underpaid.pk}
    assert shown(office, Incident, f"q={underpaid.customer.telegram_id}") == {underpaid.pk}
    assert shown(office, Incident, "q=99999999999999999999999") == set()


def test_an_empty_office_says_so(office):
    response = office.get(list_of(Incident))
    assert "пусто" in response.content.decode()
    assert response.status_code == 200


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_page_with_one_sentence_and_its_ways(office, kind):
    incident = of_kind(kind)
    response = office.get(page(incident))
    card = response.context["card"]
    assert card.warning.endswith(".")
    assert "%(" not in card.warning
    assert 2 <= len(card.actions) <= 4
    for action in card.actions:
        if action.asks:
            asked = office.get(action.url)
            assert asked.status_code == 200, action
            assert "%(" not in asked.content.decode()


def test_the_list_and_the_page_ask_a_fixed_number_of_queries(office, underpaid):
    few_in_list, few_on_page = (
        queries_of(office, list_of(Incident)),
        queries_of(office, page(underpaid)),
    )
    for _number in range(29):
        of_kind(Kind.UNDERPAID)
    assert queries_of(office, list_of(Incident)) == few_in_list
    assert queries_of(office, page(Incident.objects.latest("pk"))) == few_on_page


def test_a_decision_says_what_it_will_do_and_then_does_it(office, underpaid):
    asked = office.get(page(underpaid, "accept"))
    assert any("становится оплатой" in effect for effect in asked.context["effects"])
    assert "Мы засчитали" in asked.context["preview"]
    response = decide(office, underpaid, "accept", answer="Всё в порядке!")
    assert "Решено: сумма засчитана" in messages_of(response)
    assert DayEntry.objects.count() == 1
    assert OutboxMessage.objects.get(topic="incident.answered").payload["text"] == "Всё в порядке!"
    assert "так договорились" in LogEntry.objects.get().get_change_message()
    assert "так договорились" in response.content.decode()


def test_the_answer_is_shown_before_it_is_sent(office, underpaid):
    response = office.post(
        page(underpaid, "tell"),
        {"reason": "", "answer": "Анна, это <b>тест</b>", "key": "0" * 32, "preview": "1"},
    )
    assert response.context["preview"] == "Анна, это <b>тест</b>"
    assert "&lt;b&gt;тест" in response.content.decode()
    assert not OutboxMessage.objects.filter(topic="incident.answered").exists()


def test_without_a_reason_nothing_happens(office, underpaid):
    response = decide(office, underpaid, "accept", reason=" ")
    assert response.context["form"].errors
    assert Incident.objects.get().status == "open"


def test_the_second_person_reads_who_was_faster(office, boris, underpaid):
    decide(boris, underpaid, "accept")
    for code in ("accept", "take"):
        said = messages_of(decide(office, underpaid, code))
        assert "Уже решено: boris" in said
        assert "сумма засчитана" in said
    assert DayEntry.objects.count() == 1


def test_a_case_in_hand_is_taken_over_first(office, boris, underpaid):
    boris.post(page(underpaid, "take"))
    assert "boris" in office.get(list_of(Incident)).content.decode()
    assert "смотрит boris" in messages_of(decide(office, underpaid, "accept"))
    office.post(page(underpaid, "take_over"))
    assert "смотрит owner" in messages_of(decide(boris, underpaid, "accept"))
    office.post(page(underpaid, "leave"))
    assert "Решено" in messages_of(decide(boris, underpaid, "accept"))


def test_who_may_not_decide_sees_and_cannot_press(underpaid):
    reader = signed_in(staff_member("payments.view_incident"))
    assert reader.get(page(underpaid)).context["card"].actions == []
    assert reader.post(page(underpaid, "accept"), {"reason": "так договорились"}).status_code == 403
    assert signed_in(staff_member(name="nobody")).get(page(underpaid)).status_code == 403


def test_money_on_its_way_back_waits_and_cannot_be_decided_twice(office, underpaid):
    said = messages_of(decide(office, underpaid, "return"))
    assert "ждёт дальше" in said
    refund = Refund.objects.get()
    assert (refund.status, refund.amount) == ("manual", underpaid.amount)
    assert [action.title for action in office.get(page(underpaid)).context["card"].actions] == [
        "Отпустить"
    ]
    assert "возвращаются" in messages_of(decide(office, underpaid, "accept"))


def test_an_unknown_payer_is_linked_by_what_staff_know(office):
    incident = of_kind(Kind.UNKNOWN_PAYER)
    payment = factories.a_payment()
    for wrong in ({}, {"payment": "0"}, {"customer": "@nobody"}, {"payment": "x", "plan": "1"}):
        assert decide(office, incident, "link", **wrong).context["form"].errors
    response = decide(office, incident, "link", payment=str(payment.number))
    assert "привязано" in messages_of(response)
    incident.refresh_from_db()
    assert incident.payment == payment


def test_an_invoice_is_named_by_its_number_whoever_else_has_it(office):
    incident = of_kind(Kind.UNKNOWN_PAYER)
    payment = factories.a_payment(pk=700)
    alike = factories.a_customer(pk=700, username="user700")
    factories.a_payment(customer=alike, external_id="7001")
    decide(office, incident, "link", payment="№ 700")
    incident.refresh_from_db()
    assert incident.payment == payment


@pytest.mark.parametrize("name", ["{0.reference}", "{0.reference:.12}", "{0.external_id}"])
def test_an_invoice_is_named_by_its_order_too(office, name):
    incident = of_kind(Kind.UNKNOWN_PAYER)
    payment = factories.a_payment()
    decide(office, incident, "link", payment=name.format(payment))
    incident.refresh_from_db()
    assert incident.payment == payment


@pytest.mark.parametrize("field", ["payment", "customer"])
def test_what_only_looks_like_a_name_links_nobodys_money(office, field):
    incident = of_kind(Kind.UNKNOWN_PAYER)
    factories.a_payment(pk=80_001, customer=factories.a_customer(pk=70_001, username="anna_p"))
    for part in ("70001", "anna", "@anna"):
        form = decide(
            office, incident, "link", **{field: part}, plan=str(factories.a_plan().pk)
        ).context["form"]
        assert form.errors[field] == ["Никого не нашли."]


def test_a_customer_is_named_by_his_telegram_id_or_name_whoever_else_has_it(office):
    plan = factories.a_plan()
    anna = factories.a_customer(telegram_id=80_002, username="anna")
    factories.a_customer(pk=80_002, username="anna80002")
    for name in ("80002", "@Anna"):
        decide(office, of_kind(Kind.UNKNOWN_PAYER), "link", customer=name, plan=str(plan.pk))
    assert Payment.objects.filter(customer=anna).count() == 2


def test_an_unknown_payer_is_linked_to_a_customer_and_a_plan(office):
    incident = of_kind(Kind.UNKNOWN_PAYER)
    customer, plan = factories.a_customer(), factories.a_plan()
    decide(office, incident, "link", customer=f"@{customer.username}", plan=str(plan.pk))
    assert Payment.objects.get(customer=customer).plan == plan


def test_a_chargeback_is_opened_from_the_payments_page(office):
    payment = factories.a_finished_payment()
    asked = office.get(page(payment, "chargeback"))
    assert any("исключение" in effect for effect in asked.context["effects"])
    for _again in range(2):
        office.post(page(payment, "chargeback"), {"reason": "письмо из банка"})
    incident = Incident.objects.get()
    assert (incident.kind, incident.detail, incident.payment) == (
        "chargeback",
        "письмо из банка",
        payment,
    )
    assert f"№ {incident.pk}" in office.get(page(payment)).content.decode()


def test_a_payment_without_money_has_nothing_to_dispute(office):
    payment = factories.a_payment()
    titles = [action.title for action in office.get(page(payment)).context["card"].actions]
    assert "Опротестование" not in titles
    said = office.post(page(payment, "chargeback"), {"reason": "письмо из банка"}, follow=True)
    assert "нечего оспаривать" in messages_of(said)


@pytest.fixture
def evil(make_customer: Callable[..., object]) -> str:
    return "<script>alert(1)</script>"


def test_words_from_outside_are_text_and_never_markup(office, evil):
    incident = of_kind(Kind.REFUND_FOUND)
    Incident.objects.update(detail=evil, external_id=evil, operation=evil, answer=evil)
    for address in (page(incident), list_of(Incident), page(incident, "tell")):
        assert evil not in office.get(address).content.decode()
