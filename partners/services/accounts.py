"""Whom payments know as the payer of a partner's plan."""

from __future__ import annotations

from django.db import transaction

from partners.models import Partner
from payments.models import Customer


def ensure_account(partner: Partner) -> Customer:
    """The partner's account, made once; its name, address and language follow the partner's. Idempotent."""
    facts = {
        "first_name": partner.name[:128],
        "email": partner.email,
        "language": "en" if partner.language == "en" else "ru",
    }
    with transaction.atomic():
        locked = Partner.objects.select_for_update(of=("self",)).get(pk=partner.pk)
        account = locked.account
        if account is None:
            account = Customer.objects.create(kind=Customer.Kind.PARTNER, **facts)
            locked.account = account
            locked.save(update_fields=["account"])
        else:
            Customer.objects.filter(pk=account.pk).update(**facts)
    partner.account = Customer.objects.get(pk=account.pk)
    return partner.account
