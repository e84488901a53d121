from __future__ import annotations

import pytest

from integrations.models import InboundCallback
from payments.provider import EventKind
from tests import factories
from tests.support.office import page, queries_of, signed_in, staff_member


def card(client, payment):
    response = client.get(page(payment))
    assert response.status_code == 200
    return response.context["card"]


def states(client, payment) -> list[str]:
    return [step.state.value for step in card(client, payment).extra["steps"]]


WAY = {
    "created": ["done", "now", "ahead", "ahead", "ahead"],
    "pending": ["done", "done", "now", "ahead", "ahead"],
    "paid": ["done", "done", "done", "now", "ahead"],
    "failing": ["done", "done", "done", "failed", "ahead"],
    "finished": ["done", "done", "done", "done", "done"],
    "review": ["done", "done", "failed", "ahead", "ahead"],
    "failed": ["done", "done", "failed", "ahead", "ahead"],
    "canceled": ["done", "done", "failed", "ahead", "ahead"],
    "expired": ["done", "done", "failed", "ahead", "ahead"],
    "refunded": ["done", "done", "done", "done", "done"],
}


@pytest.mark.parametrize("state", factories.EVERY_STATE)
def test_the_line_of_progress_shows_where_a_payment_stands(office, state):
    assert states(office, factories.EVERY_STATE[state]()) == WAY[state]


def test_each_step_says_when_and_how_long(office):
    steps = card(office, factories.a_finished_payment()).extra["steps"]

    assert steps[1].took == "+1 с"
    assert steps[2].took.startswith("+1 мин")
    assert all(step.at for step in steps)


def test_a_wrong_sum_is_marked_and_said_in_words(office):
    payment = factories.a_payment_in_review()

    found = card(office, payment)

    differing = {line.label for line in found.extra["comparison"].lines if line.differs}
    assert differing == {"Сумма", "Состояние"}
    assert found.warning == "Деньги не зачтены: пришло 198 ₽ вместо 199 ₽."


def test_a_paid_payment_agrees_with_its_provider(office):
    comparison = card(office, factories.a_paid_payment()).extra["comparison"]

    assert comparison.differences == 0
    assert comparison.lines[1].theirs == "оплачен (2: подтверждён и закрыт)"


def test_a_provider_that_said_nothing_is_not_compared(office):
    payment = factories.a_payment()

    assert card(office, payment).extra["comparison"] is None
    assert "ещё ничего не сообщала" in office.get(page(payment)).content.decode()


def test_the_whole_case_stands_on_one_page(office):
    payment = factories.a_refunded_payment()
    factories.a_call(payment, status=InboundCallback.Status.WAITING, error="ServiceUnreachable")
    text = office.get(page(payment)).content.decode()

    for part in ("Вызовы платёжной системы", "Денежные проводки", "Проводки дней", "Сообщения"):
        assert part in text
    assert "ServiceUnreachable" in text
    assert "−30" in text
    assert "2200 0000 0000 0004" in text


def test_the_bot_messages_of_a_payment_are_shown(office):
    payment = factories.a_paid_payment()
    payment.bot_messages.create(
        key="access:1", kind="access", state="sent", chat_id=5, text="<b>Готово</b>, Анна &amp; Ко"
    )

    shown = office.get(page(payment)).content.decode()
    assert "Готово, Анна &amp; Ко" in shown
    assert "<b>Готово" not in shown


def test_a_page_asks_the_same_number_of_queries_however_much_happened(office):
    payment = factories.a_paid_payment()
    factories.a_call(payment)
    few = queries_of(office, page(payment))
    for number in range(30):
        factories.told(payment, EventKind.PENDING)
        factories.a_reaction(payment)
        payment.bot_messages.create(key=f"m{number}", kind="access", chat_id=5)

    assert queries_of(office, page(payment)) == few


def test_reactions_are_told_in_words(office):
    payment = factories.a_paid_payment()
    factories.a_reaction(payment)
    factories.a_reaction(payment, reaction="bot.notifications.taken_out_since")
    shown = office.get(page(payment)).content.decode()
    assert "Открыть доступ" in shown
    assert "taken_out_since" in shown
    assert "grant_access" not in shown


def test_a_page_for_eyes_only_has_no_buttons(db):
    payment = factories.a_paid_payment()
    client = signed_in(staff_member("payments.view_payment"))

    assert card(client, payment).actions == []


def test_without_the_right_to_see_there_is_no_page(db):
    payment = factories.a_paid_payment()
    client = signed_in(staff_member("payments.view_plan"))

    assert client.get(page(payment)).status_code == 403


def test_an_address_that_is_not_of_the_web_is_no_link(office):
    payment = factories.a_payment(pay_url="javascript:alert(1)")

    assert 'href="javascript:' not in office.get(page(payment)).content.decode()
