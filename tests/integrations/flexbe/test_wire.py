"""Flexbe's nested forms, read from their bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.errors import CallbackMalformed
from integrations.flexbe import wire

FIXTURES = Path(__file__).parent / "fixtures"


def body(name: str) -> bytes:
    return (FIXTURES / f"{name}.txt").read_bytes()


def test_the_sample_of_the_contract_is_read():
    assert wire.read(body("lead__contract")) == {
        "event": "lead",
        "site": {"id": "40001", "domain": "promo.example.test"},
        "data": {
            "id": "900001",
            "num": "17",
            "time": "1790845200",
            "status": {"code": "0"},
            "client": {"name": "Иван", "phone": "79000000001"},
            "form_data": {"field_1": {"name": "Комментарий", "value": "Позвоните"}},
            "utm": {"utm_source": "vk"},
        },
    }


@pytest.mark.parametrize(
    ("content", "tree"),
    [
        (b"a[]=1&a[]=2", {"a": {"0": "1", "1": "2"}}),
        (b"a[5]=1&a[]=2&a[x]=3&a[]=4", {"a": {"5": "1", "6": "2", "x": "3", "7": "4"}}),
        (b"a[][b]=1&a[][b]=2", {"a": {"0": {"b": "1"}, "1": {"b": "2"}}}),
        (b"a=1&a[b]=2", {"a": {"b": "2"}}),
        (b"a[b]=2&a=1", {"a": "1"}),
        (b"a[b=1&b]=2&[c]=3&d[e]f=4", {"a[b": "1", "b]": "2", "[c]": "3", "d[e]f": "4"}),
        (b"a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        (b"a%5Bb%5D=%00%D0%96&a[c]=", {"a": {"b": "Ж", "c": ""}}),
        (b"a[99999999999999999999]=1&a[]=2", {"a": {"99999999999999999999": "1", "0": "2"}}),
    ],
)
def test_names_nest_as_php_nests_them(content, tree):
    assert wire.read(content) == tree


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"&&",
        b"a=%FF",
        b"\xff=1",
        b"&".join([b"a[]=1"] * 501),
        b"a" + b"[b]" * 8 + b"=1",
        b"a" + b"[]" * 100_000 + b"=1",
    ],
    ids=["nothing", "ands", "not UTF-8", "bytes", "too many", "too deep", "far too deep"],
)
def test_what_is_hostile_or_empty_is_refused(content):
    with pytest.raises(CallbackMalformed):
        wire.read(content)


def test_500_fields_and_8_levels_are_read():
    assert len(wire.read(b"&".join([b"a[]=1"] * 500))["a"]) == 500
    assert wire.read(b"a" + b"[b]" * 7 + b"=1")


def naive(pairs: list[tuple[list[str], str]]) -> dict[str, Any]:
    """The same tree, written down as one would explain it."""
    root: dict[str, Any] = {}
    for path, value in pairs:
        here = root
        for depth, name in enumerate(path):
            if name == "":
                numbers = [int(key) for key in here if key.isdigit()]
                name = str(max(numbers) + 1) if numbers else "0"
            if depth == len(path) - 1:
                here[name] = value
            else:
                if not isinstance(here.get(name), dict):
                    here[name] = {}
                here = here[name]
    return root


NAMES = st.sampled_from(["a", "b", "0", "7", "имя", "x y", "&=%+"])
PATHS = st.tuples(NAMES, st.lists(st.one_of(NAMES, st.just("")), max_size=7)).map(
    lambda pair: [pair[0], *pair[1]]
)


@given(st.lists(st.tuples(PATHS, st.text(st.characters(exclude_characters="\x00"))), min_size=1))
def test_any_form_is_read_as_the_naive_model_reads_it(pairs):
    flat = [(path[0] + "".join(f"[{name}]" for name in path[1:]), value) for path, value in pairs]
    as_text = [(name, value.encode("utf-8", "replace").decode()) for name, value in flat]
    expected = naive(
        [(path, value) for (path, _v), (_n, value) in zip(pairs, as_text, strict=True)]
    )
    assert wire.read(urlencode(as_text).encode()) == expected


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content):
    try:
        tree = wire.read(content)
    except CallbackMalformed:
        return
    assert wire.call_of(content).event == wire.at(tree, "event")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_name_is_read_or_refused(name):
    try:
        assert wire.read(f"{quote(name)}=1".encode())
    except CallbackMalformed:
        assert name.count("[") >= wire.DEEPEST


def test_a_lead_is_told_with_all_it_has():
    call = wire.call_of(body("lead__full_pay_waits"))
    assert (call.event, call.site, call.domain) == ("lead", "40001", "promo.example.test")
    assert (call.lead, call.number) == ("900002", "18")
    assert (call.name, call.phone) == ("Анна", "+7 (900) 000-00-02")
    assert call.answers[-1] == ("Что нужно", "Кровля, Фундамент")
    assert ("Бюджет", "300 000") in call.answers
    assert call.products == ("Дизайн-проект", "Смета")
    assert call.utm == {"utm_source": "vk", "utm_campaign": "autumn"}
    assert call.pay == wire.Pay(status="0", total="45000", about="Дизайн-проект", is_test=False)


@pytest.mark.parametrize(
    ("text", "ascii_form"),
    [
        ("Дома-цены.рф", "xn----7sblg6ajc1e4b.xn--p1ai"),
        ("https://партнер.дома-цены.рф/a?b", "xn--80akxggcl.xn----7sblg6ajc1e4b.xn--p1ai"),
        ("PROMO.example.test.", "promo.example.test"),
        ("", ""),
        ("a..b", "a..b"),
        ("x" * 70 + ".рф", "x" * 70 + ".рф"),
    ],
)
def test_a_domain_is_compared_in_ascii(text, ascii_form):
    assert wire.host(text) == ascii_form


def test_a_domain_is_shown_as_people_write_it():
    assert wire.shown("xn----7sblg6ajc1e4b.xn--p1ai") == "дома-цены.рф"
    assert wire.shown("xn--\x80") == "xn--\x80"
