"""Whatever JSON comes, it is read or refused by name; nothing in between."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from integrations.fns import wire
from integrations.fns.cards import card_of, choose, items, marks_of
from integrations.fns.errors import FnsProblem
from integrations.fns.reply import Reply

INN = "9901000010"
NAMES = (
    "items", "ЮЛ", "ИП", "НР", "ИНН", "ИННФЛ", "ОГРН", "Адрес", "АдресПолн", "Руководитель", "УправлОрг", "ФИОПолн",
    "Контакты", "Телефон", "ДатаОГРН", "ДатаПрекр", "Статус", "ОснВидДеят", "Код", "Негатив", "error", "message",
)  # fmt: skip
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just(INN),
    st.sampled_from(["2019-02-11", "31.02.2019", "2019-13-01", "\ud800", "\x00"]),
)  # fmt: skip
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
    ),
    max_leaves=12,
)
entries = st.dictionaries(st.sampled_from(NAMES), values, max_size=8).map(
    lambda one: one | {"ИНН": INN}
)


@given(entry=entries, kind=st.sampled_from(["ЮЛ", "ИП", "НР", "ИН", "??"]))
def test_every_entry_is_read_or_left_out(entry, kind):
    data = {"items": [{kind: entry}]}

    chosen = choose(data, INN)
    card = card_of({kind: entry})
    marks = marks_of(data, INN)

    assert (chosen is None) == (kind == "??")
    assert (card is None) == (kind == "??")
    if card is not None and marks is not None:
        json.dumps([str(card), dict(marks.negative)]).encode()
        str(card).encode()


@given(value=values, status=st.sampled_from([200, 403, 500]))
def test_every_answer_is_a_reply_or_an_error_with_a_name(value, status):
    reply: Reply | None
    try:
        reply = wire.read("egr", status, json.dumps(value).encode(), key="k" * 40)
    except FnsProblem as problem:
        reply = problem.reply
    assert reply is not None
    list(items(reply.data))


@given(content=st.binary(max_size=60))
def test_every_run_of_bytes_has_a_name(content):
    reply: Reply | None
    try:
        reply = wire.read("egr", 200, content, key="k" * 40)
    except FnsProblem as problem:
        reply = problem.reply
    assert reply is not None
