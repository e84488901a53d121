"""Vectors: the documented networks, their edges, and the credentials' header."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from payments.providers.yookassa.adapter import Provider
from payments.providers.yookassa.addresses import is_theirs
from tests.support.http_server import HttpServer, answer

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text())


@pytest.mark.parametrize("address", VECTORS["addresses"])
def test_an_address_of_theirs_is_accepted(address):
    assert is_theirs(address)


@pytest.mark.parametrize("address", VECTORS["other_addresses"])
def test_a_neighbour_is_refused(address):
    assert not is_theirs(address)


def test_of_the_two_lists_of_ipv6_networks_the_wider_one_is_taken():
    assert is_theirs("2a02:5180:1::1")


@pytest.mark.parametrize("address", ["", " ", "185.71.76", "185.71.76.5:443", "::ffff:8.8.8.8"])
def test_what_is_no_address_of_theirs_is_refused(address):
    assert not is_theirs(address)


def sent_header(api: HttpServer, shop_id: str, secret: str) -> str:
    api.otherwise = answer(200, {"account_id": "100500"})
    Provider(shop_id=shop_id, secret=secret, base_url=api.url).whoami()
    return api.received[-1].headers["authorization"].removeprefix("Basic ")


@pytest.mark.parametrize("pad", ["", "\r\n", " "])
def test_the_header_is_that_of_the_vector(api, pad):
    header = sent_header(api, f"{pad}{VECTORS['shop_id']}", f"{VECTORS['secret']}{pad}")
    assert header == VECTORS["basic"]
    assert header not in VECTORS["wrong_basics"].values()


def test_every_wrong_header_is_what_its_name_says():
    shop_id, secret = VECTORS["shop_id"], VECTORS["secret"]
    made = {
        "trailing newline": f"{shop_id}:{secret}\n",
        "swapped": f"{secret}:{shop_id}",
        "id only": shop_id,
    }
    assert {
        name: base64.b64encode(text.encode()).decode() for name, text in made.items()
    } == VECTORS["wrong_basics"]
