"""What programs tell us about companies: a registration, a change of a profile. Each wish once, whoever repeats it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from partners.errors import NotPossible, RegistryError
from partners.fields import REQUIRED
from partners.models import Application, Partner
from partners.services import own_changes, profile
from partners.services.aliases import Raw
from partners.services.applications import submit
from partners.services.profile import Change
from partners.services.reading import read

ONE_KEY = 4_502  # first key of the advisory lock, no other code's; the second is a hash of the caller's own key
Form = Application.Form
API = Application.Source.API

# What a profile can be without. `category`, `phone` and what the tax service knows can only become something else.
CAN_BE_EMPTY = frozenset(
    {
        "address",
        "contact_name",
        "website",
        "telegram",
        "specialisations",
        "regions",
        "cities",
        "radius_km",
        "budget_from",
        "budget_to",
        "about",
        "services",
    }
)


class NotReadable(RegistryError):
    """`problems`: {our field: why}, translated."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = dict(problems)


def register(*, raw: Raw, language: str, key: str | None) -> tuple[Application, bool]:
    """An application from a program, and whether it is new; the same `key` again is the first one.

    A person sees what he typed and corrects it by his letter; a program is told at once: where a required field cannot
    be read nothing is kept. Raises NotReadable.
    """
    with transaction.atomic():
        if key and (first := _first(key, Form.REGISTRATION)):
            return first, False
        _data, problems = read(Form.REGISTRATION, raw)
        if any(name in problems for name in REQUIRED):
            raise NotReadable(problems)
        return _submit(Form.REGISTRATION, raw, language, key), True


def change(
    partner: Partner, *, raw: Raw, language: str, key: str | None, remote_addr: str | None
) -> tuple[list[Change], Application | None]:
    """Apply what a partner may change himself; what the tax service knows becomes an application.

    Returns what was applied, and the application if there is one. Raises NotReadable, and then nothing is changed.
    """
    with transaction.atomic():
        if key and (first := _first(key, Form.UPDATE, partner)):
            return [], first
        partner = Partner.objects.select_for_update(of=("self",)).get(pk=partner.pk)
        data, problems = read(Form.UPDATE, raw)
        data = {name: value for name, value in data.items() if name in raw}
        for name in raw:
            if name not in data and name not in problems:
                if name not in CAN_BE_EMPTY:
                    problems[name] = _("Это поле не может быть пустым.")
                data[name] = ""
        if _is_upside_down(partner, data):
            problems.setdefault("budget_from", _("«от» больше, чем «до»"))
        if problems:
            raise NotReadable(problems)
        applied = own_changes.change_profile(partner.pk, data, remote_addr=remote_addr)
        asked = [
            each.field
            for each in profile.changes(
                partner, {n: data[n] for n in data if n in own_changes.BY_APPLICATION}
            )
        ]
        if not asked:
            return applied, None
        wanted = {name: raw[name] for name in asked}
        return applied, _submit(Form.UPDATE, wanted, language, key, partner)


def _is_upside_down(partner: Partner, data: Mapping[str, Any]) -> bool:
    """Whether the budget's ends would stand the wrong way round beside what the partner already has."""
    ends = {name: getattr(partner, name) for name in ("budget_from", "budget_to")}
    ends |= {name: Decimal(data[name]) if data[name] else None for name in ends if name in data}
    low, high = ends["budget_from"], ends["budget_to"]
    return low is not None and high is not None and low > high


def _submit(
    form: Form, raw: Raw, language: str, key: str | None, partner: Partner | None = None
) -> Application:
    return submit(form=form, source=API, raw=raw, language=language, tranid=key, partner=partner)


def _first(key: str, form: Form, partner: Partner | None = None) -> Application | None:
    """The application this key has already made; whoever brings the same key meanwhile waits here.

    Raises NotPossible where it was another wish.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [ONE_KEY, key])
    first = Application.objects.filter(source=API, tranid=key).first()
    if first and (first.form != form or (partner and first.partner_id != partner.pk)):
        raise NotPossible(_("Этот Idempotency-Key уже был у другого запроса. Возьмите новый."))
    return first
