from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.errors import CallbackMalformed
from integrations.foreign import moment, read_object, texts, web_address


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"1",
        b"\xff",
        b'{"a":1,"a":2}',
        b'{"x":{"a":1,"a":2}}',
        b'{"a":NaN}',
        b'{"a":1e9999999999999999999}',
        b'{"a":1} {"b":2}',
        b'{"a":' + b"[" * 1000 + b"]" * 1000 + b"}",
        b"[" * 100_000,
    ],
)
def test_what_is_not_one_clean_object_is_malformed(body):
    with pytest.raises(CallbackMalformed):
        read_object(body)


def test_a_fraction_is_exact_and_keys_keep_their_order():
    assert list(read_object(b'{"b":0.1,"a":1}').items()) == [("b", Decimal("0.1")), ("a", 1)]
    assert read_object(b'{"a":199.00}', number=str) == {"a": "199.00"}


def test_only_plain_printable_fields_become_text():
    fields = {"a": "x", "b": 1, "c": Decimal("1.50"), "d": True, "e": None, "f": {}, "g": "\x00"}
    assert texts(fields) == {"a": "x", "b": "1", "c": "1.50"}


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("2026-03-01T12:30:00.000Z", datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
        ("2026-03-01T15:30:00+03:00", datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
        ("2026-03-01T12:30:00", datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
        ("soon", None),
        ("0001-01-01T00:00:00+23:00", None),
        (7, None),
        (None, None),
    ],
)
def test_a_bad_date_is_no_error(told, read):
    assert moment(told) == read


@pytest.mark.parametrize(
    "told", ["javascript:alert(1)", "https://x y", "https://x\n", "", None, 7, "//x", "ftp://x"]
)
def test_what_is_no_web_address_is_not_shown(told):
    assert web_address(told) == ""


def test_a_web_address_is_shown_as_it_is():
    assert web_address("https://pay.example/1?a=b") == "https://pay.example/1?a=b"
