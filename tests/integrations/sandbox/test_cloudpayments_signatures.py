"""The simulator's own signatures against the published vectors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from integrations.sandbox.cloudpayments.wire import signatures

TESTS = Path(__file__).parents[2]
VECTORS = json.loads(
    (TESTS / "payments" / "providers" / "cloudpayments" / "vectors.json").read_text()
)


@pytest.mark.parametrize("vector", VECTORS["genuine"], ids=lambda one: one["content_hmac"][:6])
def test_the_bytes_are_signed(vector):
    body = vector["body"].encode()
    made = signatures(body, VECTORS["secret"], form=not body.startswith(b"{"))
    assert made["Content-HMAC"] == vector["content_hmac"]


def test_the_decoded_text_is_signed_beside():
    body = VECTORS["genuine"][0]["body"].encode()
    made = signatures(body, VECTORS["secret"], form=True)
    assert made["X-Content-HMAC"] == VECTORS["wrong"]["decoded text (X-Content-HMAC)"]
