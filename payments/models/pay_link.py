from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from payments.models.customer import Customer
from payments.models.plan import Plan


def new_page_token() -> str:
    """192 random bits: whoever has the link may see and pay, and nobody finds it by trying."""
    return secrets.token_urlsafe(24)


class PayLink(models.Model):
    """A payment page of one customer's one purchase, opened by a secret link without signing in."""

    token = models.CharField(max_length=40, unique=True, default=new_page_token, editable=False)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="pay_links", verbose_name=_("клиент")
    )
    plan = models.ForeignKey(Plan, models.PROTECT, verbose_name=_("тариф"))
    purpose = models.CharField(
        _("что покупают"), max_length=10, default="term", db_default="term"
    )  # Payment.Purpose of the invoices opened on it
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("создал"),
    )
    created_at = models.DateTimeField(_("создана"), default=now)
    expires_at = models.DateTimeField(_("открывается до"))
    opened_at = models.DateTimeField(_("впервые открыта"), null=True, blank=True)

    class Meta:
        verbose_name = _("страница оплаты")
        verbose_name_plural = _("страницы оплаты")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.customer} · {self.plan}"
