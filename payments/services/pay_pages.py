"""Payment pages: one purchase of one customer behind a secret link, for whoever holds it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.urls import reverse

from integrations.clock import now
from payments.models import PayLink, Payment


def new_page(
    *,
    customer_id: int,
    plan_id: int,
    purpose: str = Payment.Purpose.TERM,
    staff: AbstractBaseUser | None = None,
) -> PayLink:
    """A page on which this customer can pay for this plan in every way there is."""
    return PayLink.objects.create(
        customer_id=customer_id,
        plan_id=plan_id,
        purpose=purpose,
        created_by_id=staff.pk if staff else None,
        expires_at=now() + timedelta(days=settings.PAY_PAGE_DAYS),
    )


def page_url(page: PayLink | None) -> str:
    """The page's public address; the site's own where there is no page."""
    if page is None:
        return str(settings.PUBLIC_URL)
    return f"{settings.PUBLIC_URL}{reverse('payments:pay', args=[page.token])}"


def find_page(token: str) -> PayLink | None:
    """The page behind a link. Who opens it first is noted; a page past its term is returned too."""
    page = PayLink.objects.select_related("customer", "plan").filter(token=token).first()
    if page is not None and page.opened_at is None:
        PayLink.objects.filter(pk=page.pk, opened_at=None).update(opened_at=now())
    return page


def payment_on(page: PayLink) -> Payment | None:
    """The payment the page is about at the moment: the one with the money, else the newest."""
    payments = page.payments.select_related("customer__subscription", "plan", "pay_link")
    with_money = payments.filter(paid_at__isnull=False).order_by("-id").first()
    return with_money or payments.order_by("-id").first()
