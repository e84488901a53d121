"""What an application says about the company, ready to be compared with the register."""

from __future__ import annotations

from dataclasses import dataclass

from partners.models import Application, Partner

# Our field -> the partner's column, for what an update leaves unsaid.
COLUMNS = {
    "company": "name",
    "legal_form": "legal_form",
    "inn": "inn",
    "ogrn": "ogrn",
    "kpp": "kpp",
    "director": "director",
    "legal_address": "legal_address",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Empty: not said."""

    company: str = ""
    legal_form: str = ""
    inn: str = ""
    ogrn: str = ""
    kpp: str = ""
    director: str = ""
    legal_address: str = ""


def of(application: Application) -> Claims:
    """What was sent; an update that names no INN is about its partner's."""
    said = {name: str(application.data.get(name) or "").strip() for name in COLUMNS}
    said["inn"] = said["inn"] or application.inn
    partner = application.partner
    if application.form == Application.Form.UPDATE and partner is not None and not said["inn"]:
        said["inn"] = partner.inn
    return Claims(**said)


def changes_nothing_legal(application: Application) -> bool:
    """Whether an update leaves all that the tax service knows as it is."""
    partner = application.partner
    if application.form != Application.Form.UPDATE or partner is None:
        return False
    return all(_same(application, partner, name) for name in COLUMNS)


def _same(application: Application, partner: Partner, name: str) -> bool:
    sent = str(application.data.get(name) or "").strip()
    return not sent or sent == str(getattr(partner, COLUMNS[name]) or "")
