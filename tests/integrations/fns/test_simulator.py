"""The client against the simulated service, over real HTTP, and what its register can be made to do."""

from __future__ import annotations

import pytest
import requests

from integrations.fns.client import Fns
from integrations.fns.errors import BadKey, NoAnswer, Odd, QuotaOver, SoftError
from integrations.sandbox.fns.control import ANSWERS
from partners.numbers import inn_fault, ogrn_fault
from tests.integrations.sandbox.conftest import Remote
from tests.integrations.sandbox.conftest import sandbox as sandbox
from tests.partners.factories import inn, ogrn

KEY = "f0" * 20


@pytest.fixture
def remote(settings, request) -> Remote:
    settings.CREDENTIALS = {**settings.CREDENTIALS, "FNS_API_KEY": KEY}
    running: Remote = request.getfixturevalue("sandbox")
    return running


@pytest.fixture
def fns(remote: Remote) -> Fns:
    return Fns(base_url=f"{remote.url}/fns", key=KEY, deadline=3.0)


def test_the_register_begins_with_the_cases_that_matter(fns):
    active, gone = fns.egr("9901000010").card, fns.egr("9901000027").card
    managed, trader = fns.egr("9901000034").card, fns.egr("990100000038").card
    reopened = fns.egr("990100000101")

    assert active.is_active
    assert gone.is_ceased
    assert (managed.director, managed.managed_by) == ("", 'ООО "РОМАШКА"')
    assert trader.ogrn == "319990000001070"
    assert len(reopened.reply.data["items"]) == 2
    assert (reopened.card.ogrn, reopened.card.is_active) == ("319990000001081", True)
    cards = (active, gone, managed, trader, reopened.card)
    assert [(inn_fault(card.inn), ogrn_fault(card.ogrn)) for card in cards] == [(None, None)] * 5
    assert fns.check("9901000034").marks.negative == {"МассАдрес": "Да (16 юрлиц)"}
    assert [card.inn for card in fns.search("ромашка")] == ["9901000010"]


def test_any_genuine_number_of_region_99_has_a_company(fns, remote):
    card = fns.egr(inn(4321)).card

    assert (card.short_name, card.ogrn) == ('ООО "РОМАШКА 4321"', ogrn(4321))
    assert card.is_active
    assert fns.egr("7707083893").card is None
    assert fns.egr("9901000011").card is None  # a wrong check digit

    remote.post("fns/options", generate=False)
    assert fns.egr(inn(4322)).card is None


def test_a_person_of_region_99_is_a_trader(fns):
    card = fns.egr("990100010396").card

    assert (card.kind, ogrn_fault(card.ogrn)) == ("ИП", None)


def test_a_company_is_closed_renamed_and_opened_again(fns, remote):
    remote.post("fns/change", inn="9901000010", liquidate=True, name="Василёк", director="Иной")
    closed = fns.egr("9901000010").card
    remote.post("fns/change", inn="9901000010", reopen=True)

    assert closed.is_ceased
    assert (closed.short_name, closed.director) == ('ООО "ВАСИЛЁК"', "Иной")
    assert fns.egr("9901000010").card.is_active


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("down", NoAnswer),
        ("soft", SoftError),
        ("string", Odd),
        ("key", BadKey),
        ("quota", QuotaOver),
    ],
)
def test_it_answers_as_badly_as_it_is_told_to(fns, remote, code, kind):
    remote.post("fns/answer", code=code)
    with pytest.raises(kind):
        fns.egr("9901000010")

    remote.post("fns/answer", code="ok")
    assert fns.egr("9901000010").card is not None


def test_a_slow_answer_is_an_answer(fns, remote):
    remote.post("fns/answer", code="slow", seconds=0.2)

    assert fns.egr("9901000010").card is not None
    assert set(ANSWERS) >= {"slow", "down", "soft"}


def test_calls_are_counted_by_method(fns, remote):
    remote.post("fns/options", limit=2)
    fns.egr("9901000010")
    fns.egr("9901000010")

    with pytest.raises(QuotaOver):
        fns.egr("9901000010")
    assert fns.stat().methods["egr"].left == 0
    assert fns.check("9901000010").marks is not None


def test_a_wrong_key_hears_words(remote):
    got = requests.get(f"{remote.url}/fns/api/egr", params={"req": "9901000010", "key": "x"})

    assert (got.status_code, got.text) == (403, "Ошибка: Неверный ключ (1)")
    assert (
        "x" not in remote.get("journal", service="fns")["entries"][-1]["path"].partition("key=")[2]
    )


def test_statements_are_an_empty_list(remote):
    got = requests.get(f"{remote.url}/fns/api/bo", params={"req": "9901000010", "key": KEY})

    assert got.json() == []


def test_the_register_has_a_page(remote):
    page = requests.get(f"{remote.url}/fns/")

    assert page.status_code == 200
    assert "ФНС" in requests.get(remote.url).text
