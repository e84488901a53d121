"""The partner's price list, row by row. Prices in roubles."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.utils.translation import gettext as _

from partners.errors import NotPossible
from partners.models import Partner, PartnerService, Specialisation
from partners.services import own_changes
from partners.services.price_lines import MOST_LINES
from partners.services.profile import Change, service_lines


def add(
    partner_id: int,
    *,
    title: str,
    specialisation: Specialisation | None = None,
    price_from: Decimal | None = None,
    price_to: Decimal | None = None,
    unit: str = "",
    remote_addr: str | None = None,
) -> None:
    """One more row, at the end. Raises NotPossible for a list that is full."""

    def act(partner: Partner) -> None:
        rows = _rows(partner)
        if len(rows) >= MOST_LINES:
            raise NotPossible(
                _("В списке уже %(most)s услуг: уберите лишние.") % {"most": MOST_LINES}
            )
        partner.services.create(
            title=title,
            specialisation=specialisation,
            price_from=price_from,
            price_to=price_to,
            unit=unit,
            position=rows[-1].position + 1 if rows else 1,
        )

    _change(partner_id, act, remote_addr)


def edit(
    partner_id: int,
    number: int,
    *,
    title: str,
    specialisation: Specialisation | None = None,
    price_from: Decimal | None = None,
    price_to: Decimal | None = None,
    unit: str = "",
    remote_addr: str | None = None,
) -> None:
    def act(partner: Partner) -> None:
        row = partner.services.get(pk=number)
        row.title, row.specialisation, row.unit = title, specialisation, unit
        row.price_from, row.price_to = price_from, price_to
        row.save()

    _change(partner_id, act, remote_addr)


def remove(partner_id: int, number: int, *, remote_addr: str | None = None) -> None:
    """Take a row away; one that is gone already is gone."""
    _change(partner_id, lambda partner: partner.services.filter(pk=number).delete(), remote_addr)


def move(partner_id: int, number: int, *, by: int, remote_addr: str | None = None) -> None:
    """Up (-1) or down (+1) by one place; the first stays first and the last stays last."""

    def act(partner: Partner) -> None:
        rows = _rows(partner)
        place = next((index for index, row in enumerate(rows) if row.pk == number), None)
        if place is None or not 0 <= place + by < len(rows):
            return
        rows.insert(place + by, rows.pop(place))
        for position, row in enumerate(rows, 1):
            row.position = position
        PartnerService.objects.bulk_update(rows, ["position"])

    _change(partner_id, act, remote_addr)


def _rows(partner: Partner) -> list[PartnerService]:
    return list(partner.services.order_by("position", "id"))


def _change(partner_id: int, act: Callable[[Partner], object], remote_addr: str | None) -> None:
    def noted(partner: Partner) -> list[Change]:
        before = service_lines(partner)
        act(partner)
        after = service_lines(partner)
        if before == after:
            return []
        return [Change("services", "\n".join(before), "\n".join(after))]

    own_changes.change(partner_id, noted, remote_addr=remote_addr)
