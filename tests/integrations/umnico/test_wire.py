"""What Umnico's events say, read from their bytes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.errors import CallbackMalformed
from integrations.umnico import wire
from tests.integrations.umnico.events import NAMES, event


def message(name: str) -> wire.Message:
    found = wire.event_of(event(name)).message
    assert found is not None
    return found


def test_the_sample_of_the_contract_is_read():
    told = wire.event_of(event("message_incoming__whatsapp"))
    assert (told.type, told.lead) == ("message.incoming", "900001")
    assert told.message == wire.Message(
        number="5551",
        text="Хочу узнать цену",
        incoming=True,
        attachments=(wire.Attachment(type="photo", url="https://cdn.example.test/1.jpg"),),
        sender=wire.Person(number="700", phone="79000000001"),
        channel="whatsapp2",
        source="256",
        account="71",
    )


def test_every_known_type_is_among_the_fixtures():
    assert set(wire.TYPES) < {wire.event_of(event(name)).type for name in NAMES}


def test_a_login_is_a_phone_in_whatsapp_only_and_never_our_own():
    assert message("message_incoming__whatsapp").sender.phone == "79000000001"
    assert message("message_incoming__telegram").sender.phone == ""
    for name in NAMES:
        assert "79990000000" not in repr(wire.event_of(event(name)))


def test_words_that_did_not_come_are_told_from_a_picture_without_words():
    assert message("message_incoming__without_text").text is None
    assert message("message_incoming__picture_only").text == ""
    assert wire.event_of(event("message_incoming__only_the_lead")).message is None


def test_ours_are_known_by_the_number_we_gave_them():
    ours = message("message_outgoing__ours")
    assert (ours.incoming, ours.own, ours.number) == (False, 17, "5556")
    assert message("message_outgoing__a_managers").own is None
    assert wire.custom_id(17) == "out-17"


@pytest.mark.parametrize("name", ["out-", "out-x", "out-1x", "17", "out-²", f"out-{'9' * 30}", 17])
def test_a_number_that_we_did_not_give_is_nobodys(name):
    assert wire.message_of({"customId": name}).own is None


def test_a_customer_comes_alone_or_inside_his_lead():
    person = wire.Person(number="701", name="Пётр", phone="79000000002", email="petr@example.test")
    assert wire.event_of(event("customer_created__with_phone")).customer == person
    changed = wire.event_of(event("lead_changed__phone"))
    assert (changed.lead, changed.manager) == ("900002", "15")
    assert changed.customer
    assert changed.customer.phone == "+7 900 000-00-02"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b'"text"', b"null", b"[" * 100_000, b"\xff\xfe"]
)
def test_what_is_no_object_says_so(body):
    with pytest.raises(CallbackMalformed):
        wire.event_of(body)


_names = st.sampled_from(
    ("type", "leadId", "message", "sender", "source", "sa", "customer", "lead", "id", "text")
) | st.sampled_from(
    ("attachments", "attachment", "url", "media", "customId", "incoming", "login", "realId")
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_names, _json, max_size=6))
def test_no_shape_breaks_the_reading(document):
    document["type"] = "message.incoming"
    told = wire.event_of(json.dumps(document).encode())
    assert told.type == "message.incoming"
