from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.clock import wall_clock
from integrations.models import InboundCallback, OutboxMessage
from tests import factories
from tests.support.office import list_of, messages_of, page, shown, signed_in, staff_member

Status = InboundCallback.Status


def test_queues_of_calls(office):
    unknown = factories.a_call(status=Status.UNKNOWN)
    refused = factories.a_call(refused="signature")
    old = factories.a_call(refused="signature", received_at=wall_clock() - timedelta(days=2))
    dead = factories.a_call(status=Status.DEAD)

    assert shown(office, InboundCallback, "queue=unknown") == {unknown.pk}
    assert shown(office, InboundCallback, "queue=refused") == {refused.pk}
    assert shown(office, InboundCallback, "queue=dead") == {dead.pk}
    assert shown(office, InboundCallback) == {unknown.pk, refused.pk, old.pk, dead.pk}


def test_sources_are_offered_as_they_called(office):
    factories.a_call()
    InboundCallback.objects.filter(pk=factories.a_call().pk).update(source="tilda")

    text = office.get(list_of(InboundCallback)).content.decode()

    assert "?source=oneplat" in text
    assert "?source=tilda" in text
    assert len(shown(office, InboundCallback, "source=tilda")) == 1


@pytest.mark.parametrize("term", ["{0.case}", "{0.pk}", "№{0.pk}"])
def test_the_calls_of_a_payment_are_found(office, term):
    payment = factories.a_payment(id=4_000)
    call = factories.a_call(payment)
    factories.a_call()

    assert shown(office, InboundCallback, f"q={term.format(payment)}") == {call.pk}
    assert shown(office, OutboxMessage, "q=nothing") == set()


def test_a_call_page_shows_the_body_and_hides_secrets(office):
    body = {"note": "<script>alert(1)</script>", "amount": "1.10"}
    call = factories.a_call(factories.a_payment(), body=body)

    text = office.get(page(call)).content.decode()

    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert(1)" not in text
    assert "Bearer x" not in text
    assert ">***<" in text
    assert f"платёж № {call.case.partition(':')[2]}" in text


def test_a_call_is_processed_again_on_request(office):
    call = factories.a_call(status=Status.DEAD, attempts=20, error="KeyError")

    response = office.post(page(call, "replay"), follow=True)

    call.refresh_from_db()
    assert (call.status, call.attempts, call.error) == (Status.RECEIVED, 0, "")
    assert "поставлен в очередь" in messages_of(response)


def test_a_refused_call_is_never_processed(office):
    call = factories.a_call(refused="signature")

    office.post(page(call, "replay"))

    assert InboundCallback.objects.get(pk=call.pk).status == Status.REFUSED
    assert office.get(page(call)).context["card"].actions == []


def test_a_waiting_reaction_is_tried_at_once(office):
    later = wall_clock() + timedelta(hours=1)
    reaction = factories.a_reaction(attempts=5, error="ServiceUnreachable", not_before=later)
    assert shown(office, OutboxMessage, "queue=failing") == {reaction.pk}

    office.post(page(reaction, "retry"))

    assert OutboxMessage.objects.get(pk=reaction.pk).not_before <= wall_clock()


def test_a_done_reaction_is_not_repeated(office):
    reaction = factories.a_reaction(delivered_at=wall_clock(), attempts=1)

    response = office.post(page(reaction, "retry"), follow=True)

    assert "повторять нечего" in messages_of(response)
    assert shown(office, OutboxMessage, "queue=done") == {reaction.pk}


@pytest.mark.parametrize("name", ["replay", "retry"])
def test_repeating_needs_its_own_right(db, name):
    rights = ("integrations.view_inboundcallback", "integrations.view_outboxmessage")
    client = signed_in(staff_member(*rights))
    row = factories.a_call() if name == "replay" else factories.a_reaction()

    assert client.get(page(row)).status_code == 200
    assert client.post(page(row, name)).status_code == 403
