"""Uses of promo codes, and gifts: who may have them and who had them. What they give stands in the ledgers."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from payments.models.customer import Customer
from payments.models.payment import Payment
from payments.models.promo_code import PromoCode


class PromoUse(models.Model):
    """A customer's claim on a code. It is taken up by a payment or by a day entry, or given up again."""

    class Status(models.TextChoices):
        RESERVED = "reserved", _("введён, ещё не использован")
        USED = "used", _("использован")
        RELEASED = "released", _("освобождён")

    code = models.ForeignKey(
        PromoCode, models.PROTECT, related_name="uses", verbose_name=_("промокод")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="promo_uses", verbose_name=_("клиент")
    )
    payment = models.OneToOneField(
        Payment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="promo_use",
        verbose_name=_("платёж"),
    )
    status = models.CharField(
        _("состояние"), max_length=10, choices=Status, default=Status.RESERVED
    )
    created_at = models.DateTimeField(_("введён"), default=now)
    used_at = models.DateTimeField(_("использован"), null=True, blank=True)

    class Meta:
        verbose_name = _("использование промокода")
        verbose_name_plural = _("использования промокодов")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(status="reserved", payment=None),
                name="one_waiting_code_per_customer",
            ),
        ]
        indexes = [models.Index(fields=["code", "status"], name="promo_uses_by_code")]

    def __str__(self) -> str:
        return f"{self.code} · {self.customer}"


def new_gift_token() -> str:
    return secrets.token_urlsafe(12)


class Gift(models.Model):
    """A term somebody paid for somebody else. It exists from the moment the money is in; whoever opens the link first
    has it."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("ждёт получателя")
        CLAIMED = "claimed", _("получен")
        REVOKED = "revoked", _("отозван")

    payment = models.OneToOneField(
        Payment, models.PROTECT, related_name="gift", verbose_name=_("платёж")
    )
    token = models.CharField(_("ключ ссылки"), max_length=24, unique=True, default=new_gift_token)
    status = models.CharField(_("состояние"), max_length=10, choices=Status, default=Status.WAITING)
    claimed_by = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="gifts_received",
        verbose_name=_("получил"),
    )
    created_at = models.DateTimeField(_("создан"), default=now)
    claimed_at = models.DateTimeField(_("получен"), null=True, blank=True)

    class Meta:
        verbose_name = _("подарок")
        verbose_name_plural = _("подарки")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status="claimed")
                | models.Q(claimed_by__isnull=False, claimed_at__isnull=False),
                name="claimed_gift_has_an_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment} → {self.claimed_by or '…'}"
