"""Flexbe: a stored call as words and news, and the answer to a form as a letter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.db import transaction

from integrations.callbacks import RawCallback
from integrations.errors import CallbackMalformed
from integrations.models import InboundCallback, MailMessage, OutboxMessage, Suppression
from integrations.sandbox.core.server import SandboxServer
from integrations.services import post
from integrations.services.suppression import suppress
from partners.models import Channel, ChatMessage, Conversation
from partners.services import returned_answers, saying
from partners.services.channels import Incoming, flexbe
from partners.services.draining import apply_calls
from tests.integrations.flexbe.test_wire import body
from tests.partners.channels.talk import delivered, said

SECRET = "hook-secret-of-the-tests"
State, Kind = ChatMessage.State, ChatMessage.Kind


def read(name: str) -> list[Incoming]:
    return list(flexbe.read(RawCallback(body=body(name), headers={})))


def test_a_form_becomes_words_without_what_is_known_of_the_person():
    (form,) = read("lead__full_pay_waits")
    assert str(form.text).splitlines() == [
        "Бюджет: 300 000",
        "Что нужно: Кровля, Фундамент",
        "Срочно",
        "Товары: Дизайн-проект, Смета",
    ]
    assert (form.chat, form.message_id) == ("40001:900002", "lead")
    assert (form.name, form.email) == ("Анна", "anna@example.test")
    assert form.data["utm"] == {"utm_source": "vk", "utm_campaign": "autumn"}
    assert form.data["page"] == "https://promo.example.test/"
    assert form.data["fields"]["Бюджет"] == "300 000"
    assert form.reply_to == {"site": "40001", "domain": "promo.example.test", "lead": "900002"}
    assert not form.is_news


def test_a_payment_is_news_in_the_thread_of_its_lead():
    (paid,) = read("pay__paid")
    assert (paid.chat, paid.message_id, paid.is_news) == ("40001:900002", "pay:2", True)
    assert paid.text == "Оплата: оплачено, 45000 ₽\nДизайн-проект"
    (failed,) = read("pay__error")
    assert (failed.message_id, str(failed.text).splitlines()[0]) == (
        "pay:3",
        "Оплата: ошибка, 45000 ₽",
    )


def test_a_test_payment_says_that_it_is_one():
    form, paid = read("lead__test_payment")
    assert form.data["is_test"]
    assert paid.data["is_test"]
    assert str(paid.text).startswith("Оплата: оплачено, 45000 ₽ (проверочная, денег нет)")


def test_other_events_say_nothing_and_a_lead_has_a_number():
    assert read("other__unknown_event") == []
    with pytest.raises(CallbackMalformed):
        read("lead__no_number")


@pytest.fixture
def site(settings, live_server) -> Iterator[SandboxServer]:
    settings.SANDBOX = True
    settings.PUBLIC_URL = live_server.url
    settings.CREDENTIALS = {
        **settings.CREDENTIALS,
        "FLEXBE_WEBHOOK_SECRET": SECRET,
        "FLEXBE_SITES": "promo.example.test",
    }
    with SandboxServer() as server:
        yield server


def control(site: SandboxServer, path: str, **document: Any) -> dict[str, Any]:
    address = f"{site.url}/control/flexbe/{path}"
    answer: dict[str, Any] = requests.post(
        address, json={"wait": 20, **document}, timeout=30
    ).json()
    assert answer["ok"], answer
    lead: dict[str, Any] = answer.get("lead", answer)
    return lead


@pytest.mark.django_db(transaction=True)
def test_a_form_and_its_payment_are_one_thread_and_the_robot_hears_only_the_form(site):
    fields = {"name": "Иван", "email": "ivan@example.test", "comment": "Крыша"}
    lead = control(site, "submit", fields=fields, product="design")
    assert lead["deliveries"][0]["attempts"][0].startswith("200 · ok")
    control(site, "again", id=lead["id"])
    control(site, "pay", id=lead["id"], status="2")
    assert apply_calls() == 2
    conversation = Conversation.objects.get()
    assert conversation.channel == Channel.FLEXBE
    assert (conversation.name, conversation.email) == ("Иван", "ivan@example.test")
    form, paid = conversation.messages.all()
    assert (form.kind, form.handled_at) == (Kind.TEXT, None)
    assert (paid.kind, paid.state) == (Kind.NEWS, State.RECEIVED)
    assert paid.handled_at is not None
    heard = OutboxMessage.objects.filter(topic="message.received")
    assert [row.payload["message_id"] for row in heard] == [form.pk]
    assert SECRET not in "".join(
        f"{row.headers}{bytes(row.body)!r}{row.kind}" for row in InboundCallback.objects.all()
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("options", [{"with_secret": False}, {"domain": "other.example.test"}])
def test_strangers_stay_outside(site, options):
    control(site, "options", retry_seconds=[], **options)
    lead = control(site, "submit", fields={"name": "Иван"})
    assert lead["deliveries"][0]["attempts"][0].startswith("403")
    assert apply_calls() == 0


def a_thread(**facts: str) -> Conversation:
    return Conversation.objects.create(
        channel=Channel.FLEXBE,
        external_id="40001:900001",
        reply_to={"site": "40001", "domain": "xn----7sblg6ajc1e4b.xn--p1ai", "lead": "900001"},
        **facts,
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "subject", "greeting"),
    [
        ("ru", "Ответ на вашу заявку с сайта дома-цены.рф", "Здравствуйте, Анна!"),
        ("en", "About your request on дома-цены.рф", "Hello, Anna!"),
    ],
)
def test_the_answer_is_a_letter_written_once(language, subject, greeting):
    name = greeting.rstrip("!").split()[-1]
    thread = a_thread(email="anna@example.test", name=name, language=language)
    words = "Подобрали трёх.\nhttps://shop.example/o/1 <b>"
    message = delivered(said(thread, words))
    letter = MailMessage.objects.get()
    assert (message.state, message.external_id) == (State.SENT, f"letter:{letter.pk}")
    assert (letter.to, letter.kind, letter.subject) == ("anna@example.test", "chat_answer", subject)
    assert letter.text.startswith(greeting)
    assert words in letter.text
    assert 'href="https://shop.example/o/1"' in letter.html
    assert "&lt;b&gt;" in letter.html
    # As after a worker's death between the letter and its note.
    ChatMessage.objects.filter(pk=message.pk).update(state=State.WAITING)
    delivered(message)
    assert MailMessage.objects.count() == 1


def refuse(letter: MailMessage) -> None:
    """What the post notes when the server says no."""
    MailMessage.objects.filter(pk=letter.pk).update(status="refused", error="550 no such user")


@pytest.mark.django_db
def test_a_letter_the_server_refuses_brings_the_thread_to_people_and_may_go_again():
    message = delivered(said(a_thread(email="anna@example.test"), "Здравствуйте!"))
    letter = MailMessage.objects.get()
    returned_answers.letter_refused(message_id=letter.pk)
    message.refresh_from_db()
    assert message.state == State.SENT  # nothing was refused
    refuse(letter)
    returned_answers.letter_refused(message_id=letter.pk)
    message.refresh_from_db()
    assert (message.state, message.error) == (State.FAILED, "550 no such user")
    assert message.conversation.wants_person == "ответ не доставлен"
    with transaction.atomic():
        assert saying.send_again(message, wish="press-1")
    assert delivered(message).state == State.SENT
    letter.refresh_from_db()
    assert letter.status == "waiting"
    assert OutboxMessage.objects.filter(topic="letter.written").count() == 2


@pytest.mark.django_db
def test_another_address_gets_a_letter_of_its_own():
    message = delivered(said(a_thread(email="anna@example.test"), "Здравствуйте!"))
    refuse(MailMessage.objects.get())
    returned_answers.letter_refused(message_id=MailMessage.objects.get().pk)
    Conversation.objects.update(email="anna@example.com")
    with transaction.atomic():
        saying.send_again(message, wish="press-1")
    delivered(message)
    assert {row.to: row.status for row in MailMessage.objects.all()} == {
        "anna@example.test": "refused",
        "anna@example.com": "waiting",
    }


@pytest.mark.django_db
@pytest.mark.parametrize(("is_hard", "state"), [(True, State.FAILED), (False, State.SENT)])
def test_a_letter_that_comes_back_for_good_does_the_same(is_hard, state):
    message = delivered(said(a_thread(email="anna@example.test"), "Здравствуйте!"))
    MailMessage.objects.update(message_id="<1@shop.example>")
    facts = {"address": "anna@example.test", "is_hard": is_hard}
    for number in ("", "<2@shop.example>", "<1@shop.example>"):
        returned_answers.letter_returned(message_id=number, **facts)
    message.refresh_from_db()
    assert message.state == state


@pytest.mark.django_db
def test_a_refusal_that_overtakes_the_note_of_the_letter_waits_for_it():
    message = delivered(said(a_thread(email="anna@example.test"), "Здравствуйте!"))
    refuse(MailMessage.objects.get())
    ChatMessage.objects.filter(pk=message.pk).update(state=State.SENDING)
    with pytest.raises(saying.NotYet):
        returned_answers.letter_refused(message_id=MailMessage.objects.get().pk)


@pytest.mark.django_db
def test_an_address_that_returned_letters_is_no_address():
    suppress("anna@example.test", reason=Suppression.Reason.BOUNCED)
    message = delivered(said(a_thread(email="Anna@example.test"), "Здравствуйте!"))
    assert (message.state, MailMessage.objects.count()) == (State.FAILED, 0)
    message.conversation.refresh_from_db()
    assert message.conversation.wants_person == "ответить некуда: нет ни чата, ни e-mail"


@pytest.mark.django_db
def test_other_letters_are_no_answers():
    with transaction.atomic():
        context = {"name": "", "site": "", "text": "x"}
        letter = post.write(
            key="lead-offer:1", kind="chat_answer", to="a@b.test", language="ru", context=context
        )
    refuse(letter)
    returned_answers.letter_refused(message_id=letter.pk)
    assert not ChatMessage.objects.exists()


@pytest.mark.django_db
def test_without_an_address_a_person_is_wanted():
    message = delivered(said(a_thread(phone="+79000000001"), "Здравствуйте!"))
    assert message.state == State.FAILED
    assert message.error == "Человек не оставил e-mail: ответить на форму некуда."
    message.conversation.refresh_from_db()
    assert message.conversation.wants_person == "ответить некуда: нет ни чата, ни e-mail"
    assert not MailMessage.objects.exists()
