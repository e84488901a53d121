"""Charging without the payer at hand: what may be charged, and what was agreed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from payments.models.customer import Customer
from payments.models.plan import Plan


class SavedMethod(models.Model):
    """A card or account the customer let us keep. `token` is worthless without the shop's own secret key; it is
    shown nowhere all the same."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="saved_methods", verbose_name=_("клиент")
    )
    provider = models.CharField(_("платёжная система"), max_length=40)
    token = models.CharField(max_length=200, editable=False)
    title = models.CharField(_("название"), max_length=80)  # e.g. «Visa ·· 4242»
    created_at = models.DateTimeField(_("сохранён"), default=now)
    used_at = models.DateTimeField(_("последнее списание"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("отозван"), null=True, blank=True)
    revoked_reason = models.CharField(_("почему отозван"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("сохранённый способ оплаты")
        verbose_name_plural = _("сохранённые способы оплаты")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "provider", "token"], name="saved_method_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AutoRenewal(models.Model):
    """What a customer agreed to: this plan, at this price, from this method, until he says otherwise."""

    customer = models.OneToOneField(
        Customer, models.PROTECT, related_name="auto_renewal", verbose_name=_("клиент")
    )
    method = models.ForeignKey(SavedMethod, models.PROTECT, verbose_name=_("способ оплаты"))
    plan = models.ForeignKey(Plan, models.PROTECT, verbose_name=_("тариф"))
    amount = models.DecimalField(_("согласованная цена"), max_digits=10, decimal_places=2)
    currency = models.CharField(_("валюта"), max_length=3)
    is_on = models.BooleanField(_("включено"), default=True)
    period_end = models.DateTimeField(
        _("продлевает срок до"), null=True, blank=True
    )  # the end the present attempts are about
    noticed_end = models.DateTimeField(
        _("предупреждён о сроке до"), null=True, blank=True
    )  # the end whose charge the customer has been told of
    attempts = models.PositiveSmallIntegerField(_("попыток за этот срок"), default=0)
    next_try_at = models.DateTimeField(_("следующая попытка"), null=True, blank=True)
    last_error = models.CharField(_("последняя ошибка"), max_length=300, blank=True)
    enabled_at = models.DateTimeField(_("включено когда"), default=now)
    disabled_at = models.DateTimeField(_("выключено когда"), null=True, blank=True)
    disabled_reason = models.CharField(_("почему выключено"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("автопродление")
        verbose_name_plural = _("автопродления")
        ordering = ["-id"]
        permissions = [("stop_renewal", "Может выключить автопродление")]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=models.Q(is_on=True), name="renewals_to_do"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.plan}"


class ProviderSubscription(models.Model):
    """A subscription the provider runs itself: it charges on its own schedule, we are told."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("действует")
        PAST_DUE = "past_due", _("списание не прошло")
        CANCELED = "canceled", _("отменена")
        ENDED = "ended", _("закончилась")

    provider = models.CharField(_("платёжная система"), max_length=40)
    external_id = models.CharField(_("номер у платёжной системы"), max_length=100)
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        related_name="provider_subscriptions",
        verbose_name=_("клиент"),
    )
    plan = models.ForeignKey(Plan, models.PROTECT, verbose_name=_("тариф"))
    amount = models.DecimalField(_("сумма"), max_digits=10, decimal_places=2)
    currency = models.CharField(_("валюта"), max_length=3)
    status = models.CharField(_("состояние"), max_length=10, choices=Status, default=Status.ACTIVE)
    created_at = models.DateTimeField(_("оформлена"), default=now)
    changed_at = models.DateTimeField(_("изменена"), default=now)

    class Meta:
        verbose_name = _("подписка у платёжной системы")
        verbose_name_plural = _("подписки у платёжных систем")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "external_id"], name="provider_subscription_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.external_id}"
