"""What staff type into the search of applications and partners."""

from __future__ import annotations

from django.db.models import Q

OFFICE = 4  # digits of an INN that name the tax office: shorter beginnings are a number of ours


def applications(term: str) -> Q:
    """A number is an application's, an INN or a telephone; anything else is a name or an address."""
    text = term.strip()
    digits = "".join(letter for letter in text if letter.isdecimal())
    if "@" in text:
        return Q(email__iexact=text)
    number = text.lstrip("№# ")
    if number.isdecimal() and len(number) < 10:
        is_inn = len(number) >= OFFICE
        return Q(pk=int(number)) | (Q(inn__startswith=number) if is_inn else Q())
    if digits and not any(letter.isalpha() for letter in text):
        found = Q(inn=digits) | Q(phone=f"+{digits}")
        if len(digits) == 11 and digits[0] == "8":
            found |= Q(phone=f"+7{digits[1:]}")
        return found | (Q(phone=f"+7{digits}") if len(digits) == 10 else Q())
    return Q(company__icontains=text) | Q(email__istartswith=text)


def partners(term: str) -> Q:
    """A code, a number of a register, a telephone, an address, else a name."""
    text = term.strip()
    digits = "".join(letter for letter in text if letter.isdecimal())
    if "@" in text:
        return Q(email__iexact=text)
    if text.upper().startswith("P-"):
        return Q(code__startswith=text.upper())
    if digits and not any(letter.isalpha() for letter in text):
        found = Q(inn=digits) | Q(ogrn=digits) | Q(phone=f"+{digits}")
        if len(digits) == 11 and digits[0] == "8":
            found |= Q(phone=f"+7{digits[1:]}")
        return found | Q(inn__startswith=digits)
    return Q(name__icontains=text) | Q(legal_name__icontains=text) | Q(email__istartswith=text)
