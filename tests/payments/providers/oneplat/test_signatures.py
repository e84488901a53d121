"""The reader and the two signatures, against test vectors and against JSON.stringify's rules."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.errors import CallbackMalformed
from integrations.foreign import MAX_BRACKETS
from payments.providers.oneplat.signatures import (
    check,
    js,
    js_bytes,
    js_number,
    read,
    sign_md5,
)

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text())
NOTHING = "0" * 64
KEYS = {"shop_id": VECTORS["shop_id"], "secret": VECTORS["secret"]}


def signed(text: str, *, by_hmac: str = NOTHING, by_md5: str = NOTHING) -> bytes:
    return f'{{"signature":"{by_hmac}","signature_v2":"{by_md5}",{text[1:]}'.encode()


def accepted(body: bytes) -> bool | None:
    """Whether a valid signature covers everything; None where none is valid."""
    checked = check(read(body), **KEYS)
    return checked.complete if checked else None


# --- vectors


def test_the_documented_callback_is_accepted():
    assert accepted(VECTORS["callback"].encode()) is True


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        ("signed_text", "hmac"),
        ("signed_text", "hmac_of_sorted_keys"),
        ("sorted_text", "hmac_of_sorted_keys"),
        ("cyrillic_text", "hmac_of_cyrillic"),
    ],
)
def test_every_genuine_hmac_is_accepted(text, digest):
    assert accepted(signed(VECTORS[text], by_hmac=VECTORS[digest])) is True


def test_a_signed_inner_payload_is_accepted():
    body = f'{{"signature":"{VECTORS["hmac"]}","payload":{VECTORS["signed_text"]}}}'
    assert accepted(body.encode()) is True


@pytest.mark.parametrize("why", VECTORS["wrong_hmacs"])
def test_every_wrong_hmac_is_refused(why):
    assert accepted(signed(VECTORS["signed_text"], by_hmac=VECTORS["wrong_hmacs"][why])) is None


def test_the_hmac_of_escaped_cyrillic_is_refused():
    digest = VECTORS["hmac_of_cyrillic_escaped"]
    assert accepted(signed(VECTORS["cyrillic_text"], by_hmac=digest)) is None


def test_the_genuine_md5_is_accepted_but_covers_little():
    assert accepted(signed(VECTORS["signed_text"], by_md5=VECTORS["md5"])) is False


@pytest.mark.parametrize("why", VECTORS["wrong_md5s"])
def test_every_wrong_md5_is_refused(why):
    assert accepted(signed(VECTORS["signed_text"], by_md5=VECTORS["wrong_md5s"][why])) is None


@pytest.mark.parametrize("vector", VECTORS["more_md5s"], ids=lambda vector: vector["amount"])
def test_an_md5_is_that_of_the_number_as_it_was_written(vector):
    text = f'{{"merchant_id":"{vector["merchant_id"]}","amount":{vector["amount"]}}}'
    assert (
        sign_md5(**{**KEYS, **{key: vector[key] for key in ("merchant_id", "amount")}})
        == (vector["md5"])
    )
    assert accepted(signed(text, by_md5=vector["md5"])) is False


@pytest.mark.parametrize("token", ["199.0", "199.00"])
def test_a_sum_with_needless_zeros_may_be_signed_as_javascript_prints_it(token):
    text = VECTORS["signed_text"].replace('"amount":199', f'"amount":{token}')
    assert accepted(signed(text, by_md5=VECTORS["md5"])) is False


@pytest.mark.parametrize("shop_id", ["", "4242"])
def test_an_empty_secret_accepts_nothing(shop_id):
    data = read(signed('{"merchant_id":"a","amount":1}', by_md5=""))
    assert check(data, shop_id=shop_id, secret="") is None


@pytest.mark.parametrize("digest", ['""', "null", "0", "[]", '"é"', '"\\ud800"', '{"a":1}'])
def test_an_odd_signature_is_refused_and_no_error(digest):
    body = f'{{"signature":{digest},"signature_v2":{digest},{VECTORS["signed_text"][1:]}'
    assert accepted(body.encode()) is None


# --- the reader


def in_utf16(text: str) -> str:
    """Strings are UTF-16 to JavaScript: a high surrogate before a low one is one character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


strings = st.text(st.characters(codec=None, categories=None), max_size=12).map(in_utf16)
numbers = st.one_of(
    st.integers(-(2**53), 2**53).map(str),
    st.decimals("-99999999", "99999999", places=2).map(lambda d: js_number(f"{d:f}")),
    st.sampled_from(["0", "1e+21", "5e-324", "1.7976931348623157e+308", "169.15"]),
)
SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def printed_string(text: str) -> str:
    """ECMAScript, QuoteJSONString: what JSON.stringify makes of a string."""
    codes = [ord(char) for char in text]
    return '"' + "".join([printed_char(code) for code in codes]) + '"'


def printed_char(code: int) -> str:
    alone = 0xD800 <= code <= 0xDFFF
    return SHORT.get(code, f"\\u{code:04x}" if code < 0x20 or alone else chr(code))


def printed_object(fields: dict[str, str]) -> str:
    return "{" + ",".join(f"{printed_string(key)}:{item}" for key, item in fields.items()) + "}"


values = st.recursive(
    st.one_of(strings.map(printed_string), numbers, st.sampled_from(["true", "false", "null"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]"),
        st.dictionaries(strings, inner, max_size=3).map(printed_object),
    ),
    max_leaves=12,
)
objects = st.dictionaries(strings, values, max_size=6).map(printed_object)


@given(objects)
def test_whatever_javascript_prints_is_printed_again(text):
    assert js_bytes(read(text.encode())) == text.encode()


@pytest.mark.parametrize("code", ["\\ud800", "\\udfff", "\\ud800 \\udc00", "\\u0000", "\\u001f"])
def test_what_javascript_leaves_escaped_stays_escaped(code):
    text = f'{{"a":"{code}"}}'
    assert js_bytes(read(text.encode())) == text.encode()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_called_malformed(body):
    with suppress(CallbackMalformed):
        assert isinstance(read(body), dict)


@pytest.mark.parametrize("depth", [MAX_BRACKETS, 1_000, 30_000])
def test_deep_nesting_is_refused_before_it_is_read(depth):
    with pytest.raises(CallbackMalformed):
        read(b'{"a":' + b"[" * depth + b"]" * depth + b"}")


@pytest.mark.parametrize("body", [b'{"a":1,"a":1}', b'{"a":{"b":1,"b":2}}', b'{"a":1,"\\u0061":2}'])
def test_a_repeated_key_is_refused(body):
    with pytest.raises(CallbackMalformed):
        read(body)


@pytest.mark.parametrize("token", ["199", "199.0", "1e3", "-0", "0.10", "12345678901234567890.5"])
def test_a_number_keeps_its_text(token):
    assert js(read(f'{{"a":{token}}}'.encode())) == f'{{"a":{token}}}'


@pytest.mark.parametrize(
    ("token", "printed"),
    [("199.0", "199"), ("199.00", "199"), ("0.50", "0.5"), ("100", "100"), ("1.50e3", "1.50e3")],
)
def test_a_decimal_is_normalised_as_javascript_does(token, printed):
    assert js_number(token) == printed
