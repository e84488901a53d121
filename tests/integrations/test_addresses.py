from __future__ import annotations

import pytest

from integrations.addresses import client_address

PROXY = ["10.0.0.0/8", "::1"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        (
            "203.0.113.9",
            "185.71.76.1",
            "203.0.113.9",
        ),  # nobody we know: his word counts for nothing
        ("10.0.0.2", "185.71.76.1", "185.71.76.1"),
        (
            "10.0.0.2",
            "185.71.76.1, 203.0.113.9",
            "203.0.113.9",
        ),  # the left part is the caller's word
        ("10.0.0.2", "185.71.76.1, 10.0.0.3", "185.71.76.1"),
        ("::1", "::ffff:185.71.76.5", "185.71.76.5"),
        ("10.0.0.2", "rubbish", ""),
        ("10.0.0.2", "", "10.0.0.2"),
        ("", "185.71.76.1", ""),
    ],
)
def test_the_caller_is_the_nearest_address_that_is_not_our_proxy(peer, forwarded, expected):
    meta = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}
    assert client_address(meta, PROXY) == expected
