"""Numbers of the tax service, by their digits alone: INN, OGRN, OGRNIP, KPP.

The rules are those the registers themselves are kept by. What a check digit cannot see: it is a remainder of 11 (of 13
for OGRNIP) cut to its last digit, so the remainders 0 and 10 (for OGRNIP 0 and 10, 1 and 11, 2 and 12) end alike. A
slip that moves the remainder from one to the other goes unnoticed, and so may two changed digits.
"""

from __future__ import annotations

import re
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

INN_COMPANY = 10  # digits
INN_PERSON = 12
OGRN = 13
OGRNIP = 15

_TENTH = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_ELEVENTH = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_TWELFTH = (3, *_ELEVENTH)
_DIGITS = re.compile(r"[0-9]+")  # not str.isdigit(): that takes digits of every alphabet
_KPP = re.compile(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}")


class Fault(StrEnum):
    """Why a number is none. The codes are stored and part of the API."""

    DIGITS = "digits"
    LENGTH = "length"
    ZEROS = "zeros"
    CHECKSUM = "checksum"


WORDS = {
    Fault.DIGITS: _("в номере должны быть только цифры"),
    Fault.LENGTH: _("не та длина номера"),
    Fault.ZEROS: _("номер из одних нулей не бывает настоящим"),
    Fault.CHECKSUM: _("не сходится контрольная цифра: в номере опечатка"),
}


def inn_fault(number: str) -> Fault | None:
    """What is wrong with an INN of a company (10 digits) or of a person (12); None for a genuine one."""
    fault = _shape(number, (INN_COMPANY, INN_PERSON))
    if fault:
        return fault
    digits = [int(digit) for digit in number]
    if len(digits) == INN_COMPANY:
        right = digits[9] == _weighed(digits, _TENTH)
    else:
        right = digits[10] == _weighed(digits, _ELEVENTH) and digits[11] == _weighed(
            digits, _TWELFTH
        )
    return None if right else Fault.CHECKSUM


def ogrn_fault(number: str) -> Fault | None:
    """What is wrong with an OGRN (13 digits, begins with 1 or 5) or an OGRNIP (15, begins with 3).

    The remainder of 13 may be 10, 11 or 12: its last digit is the check digit. Some libraries refuse such numbers,
    nearly a quarter of the genuine ones.
    """
    fault = _shape(number, (OGRN, OGRNIP))
    if fault:
        return fault
    is_company = len(number) == OGRN
    begins = number[0] in ("15" if is_company else "3")
    remainder = int(number[:-1]) % (11 if is_company else 13)
    return None if begins and remainder % 10 == int(number[-1]) else Fault.CHECKSUM


def kpp_fault(number: str) -> Fault | None:
    """What is wrong with a KPP: 4 digits, 2 digits or Latin capitals, 3 digits. It has no check digit."""
    if len(number) != 9:
        return Fault.LENGTH
    if not _KPP.fullmatch(number):
        return Fault.DIGITS
    return Fault.ZEROS if not number.strip("0") else None


def is_person(inn: str) -> bool:
    """Whether an INN is a person's, a sole trader's therefore."""
    return len(inn) == INN_PERSON


def _shape(number: str, lengths: tuple[int, ...]) -> Fault | None:
    if not _DIGITS.fullmatch(number):
        return Fault.DIGITS if number else Fault.LENGTH
    if len(number) not in lengths:
        return Fault.LENGTH
    return Fault.ZEROS if not number.strip("0") else None


def _weighed(digits: list[int], weights: tuple[int, ...]) -> int:
    return sum(d * w for d, w in zip(digits, weights, strict=False)) % 11 % 10
