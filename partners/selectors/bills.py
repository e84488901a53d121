"""What a partner has paid or was asked to pay."""

from __future__ import annotations

from django.db.models import QuerySet

from partners.models import Partner
from payments.models import Payment


def payments_of(partner: Partner) -> QuerySet[Payment]:
    """Newest first; none for a partner without an account."""
    payments = Payment.objects.select_related("plan", "pay_link").order_by("-pk")
    return payments.filter(customer=partner.account_id) if partner.account_id else payments.none()
