from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import callback_data as to
from payments.provider import Method

IDS = st.integers(min_value=0, max_value=10**18 - 1)
SLUGS = st.from_regex(r"[a-z][a-z0-9_]{0,18}", fullmatch=True)
AMOUNTS = st.decimals(min_value=0, max_value=99_999_999, places=2)
PRESSES = st.one_of(
    st.builds(to.Menu),
    st.builds(to.Check, IDS),
    st.builds(to.SetLanguage, st.sampled_from(["ru", "en"])),
    st.builds(to.Pay, st.integers(0, 10**9), SLUGS, st.sampled_from(Method), AMOUNTS),
)


@given(PRESSES)
def test_a_button_says_what_was_put_into_it(press: to.Press):
    data = press.encode()
    assert type(press).decode(data) == press
    assert type(press).pattern().match(data)


@given(PRESSES)
def test_a_button_fits_into_64_bytes(press: to.Press):
    assert 1 <= len(press.encode().encode()) <= 64


@given(st.text(max_size=80))
def test_nothing_invented_is_taken_for_a_payment(data: str):
    press = to.Pay.decode(data)
    assert press is None or press.encode() == data


@pytest.mark.parametrize(
    "data",
    [
        "",
        "check",
        "check:",
        "check:-1",
        "check:1:2",
        "check:٣",
        "check:1e3",
        "checks:1",
        "cancel:1",
        f"check:{10**18}",
    ],
)
def test_an_odd_button_is_nobodys(data: str):
    assert to.Check.decode(data) is None


def test_what_does_not_fit_is_refused_before_telegram_sees_it():
    with pytest.raises(ValueError, match="64 bytes"):
        to.Pay(10**17, "p" * 40, Method.CRYPTO, Decimal("99999999.99")).encode()


def test_a_separator_cannot_be_smuggled_into_a_field():
    with pytest.raises(ValueError, match="cannot stand in a button"):
        to.SetLanguage("ru:en").encode()


def test_every_button_has_its_own_code():
    kinds = [
        one for one in vars(to).values() if isinstance(one, type) and issubclass(one, to.Press)
    ]
    codes = [kind.code for kind in kinds if kind is not to.Press]
    assert len(codes) == len(set(codes)) > 15
