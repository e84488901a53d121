"""What their API says of the notifications entered in the cabinet."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.errors import ServiceUnreachable
from payments.providers.cloudpayments.addresses import read

RIGHT: dict[str, Any] = {
    "IsEnabled": True,
    "Address": "https://shop.example.com/payments/callbacks/cloudpayments/pay",
    "HttpMethod": "POST",
    "Encoding": "UTF8",
    "Format": "CloudPayments",
}


def test_a_notification_set_up_as_we_read_it():
    found = read(RIGHT)
    assert (found.is_on, found.address, found.unread) == (True, RIGHT["Address"], "")


@pytest.mark.parametrize(
    ("changes", "unread"),
    [
        ({"HttpMethod": "GET"}, "sent by GET, not by POST"),
        ({"Encoding": "Windows1251"}, "in Windows1251, not in UTF-8"),
        ({"Format": "QIWI"}, "in the format QIWI, not CloudPayments"),
        (
            {"HttpMethod": "Get", "Format": "RT"},
            "sent by Get, not by POST, in the format RT, not CloudPayments",
        ),
        ({"HttpMethod": "post", "Encoding": "UTF-8", "Format": None}, ""),
    ],
)
def test_a_form_that_we_do_not_read_is_named(changes, unread):
    assert read(RIGHT | changes).unread == unread


def test_one_that_was_never_set_up_has_no_address():
    found = read({"IsEnabled": False, "Address": None})
    assert (found.is_on, found.address, found.unread) == (False, "", "")


def test_an_address_of_theirs_is_shown_on_one_line_and_not_for_ever():
    assert (
        read(RIGHT | {"Address": " https://a.ru/\n❌ Keys: " + "x" * 1000}).address
        == ("https://a.ru/ ❌ Keys: " + "x" * 1000)[:300]
    )


@pytest.mark.parametrize("changes", [{"IsEnabled": "true"}, {"IsEnabled": None}, {"Address": 5}])
def test_an_answer_that_is_not_understood_is_no_answer(changes):
    with pytest.raises(ServiceUnreachable):
        read(RIGHT | changes)
