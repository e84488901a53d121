"""Check digits: genuine numbers pass, slips do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.numbers import Fault, inn_fault, is_person, kpp_fault, ogrn_fault

SIMULATED = ("9901000010", "9901000027", "9901000034", "990100000038", "990100000101")
WEIGHTS = (2, 4, 10, 3, 5, 9, 4, 6, 8)


@pytest.mark.parametrize(
    "number", ["7707083893", "7736207543", "7728168971", "500100732259", *SIMULATED]
)
def test_a_genuine_inn_passes(number):
    assert inn_fault(number) is None


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("7707083894", Fault.CHECKSUM),
        ("500100732258", Fault.CHECKSUM),
        ("500100732249", Fault.CHECKSUM),  # the eleventh digit
        ("0000000000", Fault.ZEROS),  # its sums are right
        ("000000000000", Fault.ZEROS),
        ("770708389", Fault.LENGTH),
        ("77070838930", Fault.LENGTH),
        ("", Fault.LENGTH),
        ("770708389O", Fault.DIGITS),
        ("77 07083893", Fault.DIGITS),
        ("７７０７０８３８９３", Fault.DIGITS),  # full-width digits
        ("7707083893\n", Fault.DIGITS),
    ],
)
def test_what_is_wrong_with_an_inn_has_a_name(number, fault):
    assert inn_fault(number) is fault


@pytest.mark.parametrize(
    "number",
    [
        "1027700132195",
        "1199900000013",
        "1199900000024",
        "304500116000157",
        "319990000000018",
        # the remainder of 13 is 10, 11 and 12
        "319990000001070",
        "319990000001081",
        "319990000001092",
    ],
)
def test_a_genuine_ogrn_passes(number):
    assert ogrn_fault(number) is None


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("1027700132194", Fault.CHECKSUM),
        ("319990000001071", Fault.CHECKSUM),
        ("2027700132192", Fault.CHECKSUM),  # begins with 2; int("202770013219") % 11 % 10 == 2
        ("0000000000000", Fault.ZEROS),
        ("000000000000000", Fault.ZEROS),
        ("10277001321950", Fault.LENGTH),
        ("", Fault.LENGTH),
        ("102770013219X", Fault.DIGITS),
    ],
)
def test_what_is_wrong_with_an_ogrn_has_a_name(number, fault):
    assert ogrn_fault(number) is fault


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("990101001", None),
        ("9901AZ001", None),
        ("9901az001", Fault.DIGITS),
        ("99010100", Fault.LENGTH),
        ("A90101001", Fault.DIGITS),
        ("000000000", Fault.ZEROS),
        ("9901АБ001", Fault.DIGITS),  # Cyrillic letters
    ],
)
def test_a_kpp_is_looked_at_by_its_shape(number, fault):
    assert kpp_fault(number) is fault


def test_twelve_digits_are_a_persons():
    assert is_person("990100000038")
    assert not is_person("9901000010")


bodies = st.text("0123456789", min_size=9, max_size=9).filter(lambda body: body.strip("0"))


@given(body=bodies, place=st.integers(0, 9), other=st.integers(1, 9))
def test_one_wrong_digit_is_seen_unless_the_remainder_hides_it(body, place, other):
    """Of the remainders 0 to 10 only the last digit is written, so 0 and 10 look alike; nothing else does."""
    genuine = body + str(remainder(body) % 10)
    digit = (int(genuine[place]) + other) % 10
    slip = f"{genuine[:place]}{digit}{genuine[place + 1 :]}"

    hidden = place < 9 and {remainder(genuine), remainder(slip)} == {0, 10}
    # A weight of 10 or less and a change of 9 or less never make a whole 11: no other slip is hidden.
    if slip.strip("0"):
        assert (inn_fault(slip) is None) == hidden
    assert inn_fault(genuine) is None


def remainder(number: str) -> int:
    return sum(w * int(d) for w, d in zip(WEIGHTS, number, strict=False)) % 11
