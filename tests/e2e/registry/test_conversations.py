"""A Russian sentence, whichever channel brings it: the right partner's card in the same chat, his answer, the stars."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import requests

from tests.e2e.registry.applicant import LINK, Applicant
from tests.e2e.registry.conftest import NewPartner
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("registry"), pytest.mark.timeout(300)]

REGION, TOWN = "Магаданская область", "Магадане"  # nobody else in this shop works there
WISH = f"Ищу мастера: перекрыть крышу дома в {TOWN}, до 500 тысяч, к августу"
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
TAKEN = (
    "UPDATE partners_leadoffer SET answered_at = answered_at - interval '73 hours' WHERE id = %s"
)
OFFERS = """SELECT o.id, o.client_token, o.rating FROM partners_leadoffer o
            JOIN partners_partner p ON p.id = o.partner_id WHERE p.inn = %s ORDER BY o.id DESC"""
WAITING = "SELECT wants_person FROM partners_conversation ORDER BY id DESC LIMIT 1"
ASK = "from partners.services import dialogue; dialogue.ask_due()"

Chat = tuple[Callable[[str], object], Callable[[], list[str]]]  # say, and what was answered


@pytest.fixture
def umnico(stack: Stack) -> Chat:
    def is_connected() -> bool:
        return any(one["status"] == "active" for one in stack.ask("umnico/talks")["webhooks"])

    stack.until(is_connected, what="Umnico's webhook", within=120)
    talk = stack.control("umnico/visit", channel="whatsapp2", name="Анна", phone="79000000061")
    lead = talk["talk"]["lead"]

    def answers() -> list[str]:
        talks = stack.ask("umnico/talks")["talks"]
        mine = next(one for one in talks if one["lead"] == lead)
        return [one["text"] for one in mine["messages"] if one["author"] == "us"]

    return lambda text: stack.control("umnico/say", lead=lead, text=text), answers


@pytest.fixture
def protalk(stack: Stack) -> Chat:
    chat = stack.control("protalk/open", bot="client", name="Борис")["chat"]["id"]

    def answers() -> list[str]:
        mine = next(one for one in stack.ask("protalk/chats")["chats"] if one["id"] == chat)
        return [one["text"] for one in mine["lines"] if one["side"] == "product"]

    return lambda text: stack.control("protalk/say", chat=chat, text=text), answers


def press(address: str, **form: str) -> str:
    """The button of a page, as a browser presses it."""
    session = requests.Session()
    found = CSRF.search(session.get(address, timeout=30).text)
    assert found, address
    answer = session.post(
        address,
        {**form, "csrfmiddlewaretoken": found[1]},
        headers={"Referer": address},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def heard(stack: Stack, answers: Callable[[], list[str]], words: str) -> str:
    def look() -> str | None:
        return next((text for text in answers() if words in text), None)

    return str(stack.until(look, what=f"{words!r} in {answers()}"))


def accept(stack: Stack, taker: Applicant) -> int:
    """The partner follows the link of his letter; returns his offer."""
    assert "Вы приняли обращение" in press(
        taker.link("ищет исполнителя", "/offers/"), answer="accept"
    )
    return int(stack.rows(OFFERS, taker.inn)[0][0])


@pytest.mark.parametrize("channel", ["umnico", "protalk"])
def test_a_sentence_in_a_chat_ends_with_stars(stack, new_partner: NewPartner, channel, request):
    say, answers = request.getfixturevalue(channel)
    taker = new_partner(Регионы=REGION)
    say(WISH)
    if channel == "protalk":
        heard(stack, answers, "По какому телефону")
        say("+7 900 000-00-62")
    summary = heard(stack, answers, "Правильно понял?")
    assert "Кровельные работы" in summary
    assert "Магадан" in summary
    say("да")
    heard(stack, answers, "Подобрали партнёров")
    heard(stack, answers, taker.company.name)

    offer = accept(stack, taker)
    assert "/partners/P-" in heard(stack, answers, "Ваш запрос взяла компания")
    stack.rows(TAKEN, offer)
    stack.manage("shell", "-v0", "-c", ASK)
    heard(stack, answers, "Ответьте числом от 1 до 5")
    say("5")
    heard(stack, answers, "Записали: 5 из 5")
    assert stack.rows(OFFERS, taker.inn)[0][2] == 5
    assert len(answers()) == len(set(answers()))
    hide(stack, taker)


def test_a_form_is_answered_by_letters(stack, new_partner: NewPartner):
    taker = new_partner(Регионы=REGION)
    client = f"client-{taker.inn}@example.test"
    stack.control(
        "flexbe/submit",
        fields={
            "name": "Вера",
            "email": client,
            "phone": "+7 900 000-00-63",
            "comment": "Нужно перекрыть крышу",
            "city": "Магадан",
        },
        wait=30,
    )

    def letters() -> list[str]:
        return [one["text"] for one in stack.ask("mailbox/letters", to=client)["letters"]]

    heard(stack, letters, taker.company.name)
    offer = accept(stack, taker)
    heard(stack, letters, "Ваш запрос взяла компания")
    stack.rows(TAKEN, offer)
    stack.manage("shell", "-v0", "-c", ASK)
    asked = heard(stack, letters, "Оцените её по ссылке")
    link = next(link for link in LINK.findall(asked) if "/rate/" in link)
    assert "Ваша оценка: 4 из 5" in press(link, rating="4")
    assert stack.rows(OFFERS, taker.inn)[0][2] == 4
    hide(stack, taker)


def test_a_would_be_partner_is_shown_the_door_and_a_person_is_called(stack):
    chat = stack.control("protalk/open", bot="partner", name="Глеб")["chat"]["id"]

    def answers() -> list[str]:
        mine = next(one for one in stack.ask("protalk/chats")["chats"] if one["id"] == chat)
        return [one["text"] for one in mine["lines"] if one["side"] == "product"]

    stack.control("protalk/say", chat=chat, text="Здравствуйте, мы строим дома")
    heard(stack, answers, f"{stack.web}/partners/join/")
    stack.control("protalk/say", chat=chat, text="Позовите человека")
    heard(stack, answers, "Позвали сотрудника")
    assert stack.value(WAITING) == "просит человека"


def hide(stack: Stack, taker: Applicant) -> None:
    """The next test's lead is for its own partner."""
    stack.rows("UPDATE partners_partner SET status = 'hidden' WHERE inn = %s", taker.inn)
