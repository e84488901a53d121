"""A person at a partner: hide it, bring it back, look at what the tax service changed."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from integrations.clock import now
from partners.errors import NotPossible
from partners.models import Partner, RegistryChange
from partners.services import journal

Status = Partner.Status


@transaction.atomic
def hide(*, partner_id: int, reason: str, staff: AbstractBaseUser) -> Partner:
    """Out of the catalogue, whatever the partner does. Raises NotPossible where it is hidden already."""
    partner = _locked(partner_id)
    if partner.status == Status.HIDDEN:
        raise NotPossible(_("Партнёр уже скрыт: %(why)s.") % {"why": partner.status_reason})
    return _move(partner, Status.HIDDEN, reason, staff)


@transaction.atomic
def show(*, partner_id: int, reason: str, staff: AbstractBaseUser) -> Partner:
    """Back in the catalogue; a person answers for one the tax service called closed."""
    partner = _locked(partner_id)
    if partner.status == Status.ACTIVE:
        raise NotPossible(_("Партнёр уже размещён."))
    return _move(partner, Status.ACTIVE, reason, staff)


@transaction.atomic
def see_change(*, change_id: int, staff: AbstractBaseUser) -> bool:
    """A person has looked at it; False where somebody has before."""
    fresh = RegistryChange.objects.filter(pk=change_id, seen_at=None)
    if not fresh.update(seen_at=now()):
        return False
    change = RegistryChange.objects.get(pk=change_id)
    journal.record(staff, change, _("Изменение в реестре разобрано"))
    return True


def _locked(partner_id: int) -> Partner:
    return Partner.objects.select_for_update(of=("self",)).get(pk=partner_id)


def _move(partner: Partner, status: Status, reason: str, staff: AbstractBaseUser) -> Partner:
    partner.status = status
    partner.status_reason = "" if status == Status.ACTIVE else reason
    partner.updated_at = now()
    partner.save(update_fields=["status", "status_reason", "updated_at"])
    journal.record(staff, partner, f"{partner.get_status_display()}: {reason}")
    return partner
