"""A partner takes his page out of sight for a while, and puts it back; what somebody else hid stays hidden."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from integrations.clock import now
from partners.errors import NotPossible
from partners.models import Partner, ProfileChange

Status = Partner.Status


def pause(partner_id: int, *, remote_addr: str | None = None) -> Partner:
    return _move(partner_id, Status.ACTIVE, Status.PAUSED, remote_addr)


def resume(partner_id: int, *, remote_addr: str | None = None) -> Partner:
    return _move(partner_id, Status.PAUSED, Status.ACTIVE, remote_addr)


def _move(partner_id: int, before: Status, after: Status, remote_addr: str | None) -> Partner:
    """The same press again changes nothing. Raises NotPossible where somebody else has hidden the page."""
    with transaction.atomic():
        partner = Partner.objects.select_for_update(of=("self",)).get(pk=partner_id)
        if partner.status == after:
            return partner
        if partner.status != before:
            raise NotPossible(_("Страницу скрыл сотрудник или ФНС: вернуть её отсюда нельзя."))
        partner.status, partner.status_reason, partner.updated_at = after, "", now()
        partner.save(update_fields=["status", "status_reason", "updated_at"])
        ProfileChange.objects.create(
            partner=partner,
            field="status",
            before=before.value,
            after=after.value,
            remote_addr=remote_addr,
        )
    return partner
