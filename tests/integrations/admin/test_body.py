from __future__ import annotations

import pytest

from integrations.admin.body import readable


def test_json_is_indented_and_no_value_is_touched():
    body = b'{"amount":1.10,"big":1e400,"id":"a","id":"b","list":[],"o":{"x":"{,:}\\u041f"}}'

    assert readable(body).splitlines() == [
        "{",
        '  "amount": 1.10,',
        '  "big": 1e400,',
        '  "id": "a",',
        '  "id": "b",',
        '  "list": [],',
        '  "o": {',
        '    "x": "{,:}\\u041f"',
        "  }",
        "}",
    ]


def test_other_text_stays_as_it_is():
    assert readable(b"status=2&amount=100") == "status=2&amount=100"


def test_bytes_are_dumped():
    assert readable(b"\x00\xff\x10bin").strip() == f"000000  {'00 ff 10 62 69 6e':<47}  ...bin"


@pytest.mark.parametrize("body", [b"", b"\x07", b"{" * 60_000, b"[" * 60_000 + b"]" * 60_000])
def test_nothing_breaks_the_page(body):
    assert isinstance(readable(body), str)


@pytest.mark.parametrize(
    "body",
    [
        b"Amount=199.00&Token=tk_secret&Name=ANNA",
        b"Token=tk_secret",
        b'{"Amount":199.0,"Token":"tk_secret","Name":"ANNA"}',
        b'{"Token" : "tk_secret"}',
        b"Name=\xff&Token=tk_secret&A=1",
    ],
)
def test_what_charges_a_saved_card_is_not_shown(body):
    shown = readable(body)
    assert "tk_secret" not in shown
    assert b"tk_secret".hex(" ") not in shown
    assert "***" in shown
