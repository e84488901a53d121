"""What Tilda posts, read from its bytes; and what of it may be kept."""

from __future__ import annotations

from urllib.parse import quote_plus

import pytest

from integrations.callbacks import RawCallback
from integrations.errors import CallbackMalformed, CallbackRejected
from integrations.tilda.source import TildaForms, fields_of
from tests.integrations.tilda.bodies import body

SECRET = "tilda key/with+odd=ones"
FORMS = TildaForms({"TILDA_WEBHOOK_KEY_NAME": "Api_Key", "TILDA_WEBHOOK_SECRET": SECRET})


def call(content: bytes = b"", **fields) -> RawCallback:
    return RawCallback(body=content or body("registration.txt"), **{"headers": {}, **fields})


def test_the_sample_of_the_contract_is_read():
    assert fields_of(body("sample.txt")) == {
        "Name": "Иван",
        "Phone": "+7 (900) 000-00-01",
        "Email": "ivan@example.test",
        "partner_code": "P-0015",
        "tranid": "1234567:9000000001",
        "formid": "form555000111",
        "COOKIES": "_ym_uid=1; TILDAUTM=utm_source%3Dvk%7C%7C%7Cutm_medium%3Dcpc%7C%7C%7C",
    }


def test_a_name_that_comes_twice_is_a_list():
    files = fields_of(body("documents.txt"))["file"]
    assert files == [
        "https://files.example.test/a/licence.pdf",
        "https://files.example.test/b/sro.png",
    ]


def test_a_payment_is_read_in_all_three_shapes():
    assert fields_of(body("cart.txt"))["payment[products][0][name]"] == "Тариф «Базовый»"
    assert '"orderid":"1412345678"' in fields_of(body("cart_json_field.txt"))["payment"]
    whole = fields_of(body("whole.json"))
    assert whole["payment"] == '{"sys": "yakassa", "amount": "1990"}'
    assert whole["ИНН"] == "990100000038"
    assert whole["Регионы"] == ["77", "50"]
    assert whole["empty"] == ""


@pytest.mark.parametrize(
    "content",
    [b"", b"{broken", b"[1, 2]", b"[" * 100_000, b"&".join([b"a=1"] * 501)],
    ids=["nothing", "broken JSON", "a list", "too deep", "too many"],
)
def test_what_has_no_fields_says_so(content):
    with pytest.raises(CallbackMalformed):
        fields_of(content)


@pytest.mark.parametrize(
    "where",
    [
        {"headers": {"api-key": SECRET}},
        {"headers": {"api_key": SECRET}},
        {"query": f"api_key={quote_plus(SECRET)}"},
        {"path_secret": SECRET},
        {"content": body("registration.txt") + b"&API_KEY=" + quote_plus(SECRET).encode()},
        {"content": b'{"Name": "A", "api_key": "tilda key/with+odd=ones", "tranid": "1:2"}'},
    ],
    ids=["header", "header, underscore", "address", "path", "field", "field of JSON"],
)
def test_the_key_is_taken_wherever_it_stands_and_kept_nowhere(where):
    raw = call(where.pop("content", b""), **where)
    FORMS.verify(raw)
    kept = FORMS.storable(raw)
    shown = f"{kept!r} {kept.body!r} {kept.query} {kept.path_secret}"
    assert SECRET not in shown
    assert quote_plus(SECRET) not in shown
    assert "Name" in shown


@pytest.mark.parametrize(
    "where",
    [
        {},
        {"headers": {"api-key": SECRET + "x"}},
        {"headers": {"api-key": ""}},
        {"headers": {"x-other": SECRET}},
        {"query": "api_key="},
        {"path_secret": "tilda"},
        {"content": b'{"api_key": "\\ud800", "tranid": "1"}'},
        {"content": b"a=1&test=tests"},
        {"content": b"test=test&tranid=1:2"},
    ],
)
def test_without_the_very_key_a_call_is_refused(where):
    with pytest.raises(CallbackRejected):
        FORMS.verify(call(where.pop("content", b""), **where))


def test_without_a_secret_everything_is_refused():
    for secret in ({}, {"TILDA_WEBHOOK_SECRET": ""}):
        for raw in (call(), call(path_secret="x"), call(headers={"x-api-key": ""})):
            with pytest.raises(CallbackRejected):
                TildaForms(secret).verify(raw)


def test_connecting_is_answered_and_not_kept():
    for content in (body("test.txt"), b"test=test&api_key=wrong", b'{"test": "test"}'):
        for forms in (FORMS, TildaForms({})):
            raw = call(content)
            forms.verify(raw)
            ack, keep = forms.answer(raw)
            assert (ack.status, ack.body, keep) == (200, "ok", False)


def test_a_wrong_key_is_not_kept_either():
    raw = call(b"Name=A&api_key=of-another-site&tranid=1", headers={"api-key": "of-another-site"})
    kept = FORMS.storable(raw)
    assert kept.body == b"Name=A&api_key=***&tranid=1"
    assert kept.headers == {"api-key": "***"}


def test_what_holds_no_key_is_kept_byte_by_byte():
    for name in ("registration.txt", "whole.json", "cart.txt"):
        assert FORMS.storable(call(body(name))).body == body(name)
    odd = b"\xff\xfe=1&&=&a"
    assert FORMS.storable(call(odd)).body == odd
