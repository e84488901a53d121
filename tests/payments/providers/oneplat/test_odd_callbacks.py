"""Nothing a stranger sends makes the adapter fail in other words than its own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.callbacks import RawCallback
from integrations.errors import CallbackMalformed, CallbackRejected
from payments.provider import Trust
from payments.providers.oneplat.adapter import Provider

PROVIDER = Provider(shop_id="4242", secret="plat-demo-secret-01")
FIELDS = [
    "signature",
    "signature_v2",
    "guid",
    "merchant_id",
    "status",
    "amount",
    "currency",
    "note",
    "payload",
]
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.sampled_from(["1", "199", "RUB", "3f8e2c1a"]),
)
flat = st.dictionaries(st.sampled_from(FIELDS), scalars)
objects = st.dictionaries(st.sampled_from(FIELDS), st.one_of(scalars, flat))


@given(objects)
def test_an_unsigned_call_is_refused_whatever_it_holds(fields: dict[str, Any]) -> None:
    with pytest.raises(CallbackRejected):
        PROVIDER.verify(RawCallback(body=json.dumps(fields).encode(), headers={}))


@given(objects)
def test_an_unsigned_call_is_never_more_than_a_hint(fields: dict[str, Any]) -> None:
    try:
        events = PROVIDER.parse(RawCallback(body=json.dumps(fields).encode(), headers={}))
    except CallbackMalformed:
        events = []
    assert all(event.trust is Trust.HINT for event in events)
    assert all(len(event.event_id) <= 160 and event.money is not None for event in events)
