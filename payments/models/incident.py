from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from integrations.models import InboundCallback
from payments.models.customer import Customer
from payments.models.payment import Payment
from payments.models.refund import Refund


class Incident(models.Model):
    """Something about money that a person has to decide. `key` makes the same finding one row, however often it is
    made."""

    class Kind(models.TextChoices):
        NO_ACCESS = "no_access", _("оплачено, нет доступа")
        NO_CALLBACK = "no_callback", _("оплачено у платёжной системы, вызова нет")
        LATE = "late", _("оплачено с опозданием")
        UNDERPAID = "underpaid", _("оплачено меньше")
        OVERPAID = "overpaid", _("оплачено больше")
        PAID_TWICE = "paid_twice", _("оплачено дважды")
        WRONG_CURRENCY = "wrong_currency", _("другая валюта")
        UNKNOWN_PAYER = "unknown_payer", _("неизвестный плательщик")
        REFUND_FOUND = "refund_found", _("обнаружен возврат")
        CHARGEBACK = "chargeback", _("опротестование")

    class Status(models.TextChoices):
        OPEN = "open", _("ждёт")
        RESOLVED = "resolved", _("решено")

    kind = models.CharField(_("что случилось"), max_length=16, choices=Kind)
    key = models.CharField(_("ключ"), max_length=160, unique=True)
    status = models.CharField(_("состояние"), max_length=10, choices=Status, default=Status.OPEN)
    payment = models.ForeignKey(
        Payment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="incidents",
        verbose_name=_("платёж"),
    )
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="incidents",
        verbose_name=_("клиент"),
    )
    callback = models.ForeignKey(
        InboundCallback,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("вызов"),
    )
    provider = models.CharField(_("платёжная система"), max_length=40)
    external_id = models.CharField(_("номер у платёжной системы"), max_length=100, blank=True)
    operation = models.CharField(_("номер операции"), max_length=100, blank=True)
    amount = models.DecimalField(_("сумма"), max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("валюта"), max_length=3, blank=True)
    detail = models.CharField(_("подробности"), max_length=500, blank=True)
    refund = models.ForeignKey(
        Refund,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="incidents",
        verbose_name=_("возврат"),
    )  # by which the money that waits goes back
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("смотрит"),
    )
    taken_at = models.DateTimeField(_("смотрит с"), null=True, blank=True)
    resolution = models.CharField(_("решение"), max_length=40, blank=True)
    note = models.CharField(_("пояснение"), max_length=500, blank=True)
    answer = models.TextField(_("ответ клиенту"), blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("решил"),
    )
    opened_at = models.DateTimeField(_("открыто"), default=now)
    resolved_at = models.DateTimeField(_("закрыто"), null=True, blank=True)

    class Meta:
        verbose_name = _("исключение")
        verbose_name_plural = _("исключения")
        ordering = ["-id"]
        permissions = [("resolve_incident", "Может решать исключения с деньгами")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status="resolved")
                | (~models.Q(resolution="") & models.Q(resolved_at__isnull=False)),
                name="resolved_incident_says_how",
            ),
        ]
        indexes = [
            models.Index(
                fields=["kind", "opened_at"],
                condition=models.Q(status="open"),
                name="incidents_open",
            ),
            models.Index(fields=["status", "-id"], name="incidents_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} № {self.pk}"
