from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from payments.models.payment import Payment, new_reference
from payments.money import Money


class Refund(models.Model):
    """One intention to give money back, from the wish to the posting.

    `reference` is the idempotency key of the provider's call: one row is one transfer, however often it is tried.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", _("ждёт решения")
        SECOND = "second", _("ждёт второго сотрудника")
        ORDERED = "ordered", _("отправляется")
        PENDING = "pending", _("ждём платёжную систему")
        MANUAL = "manual", _("вернуть вручную")
        SUCCEEDED = "succeeded", _("возвращён")
        FAILED = "failed", _("не прошёл")
        REJECTED = "rejected", _("отказано")
        WITHDRAWN = "withdrawn", _("клиент передумал")

    class Origin(models.TextChoices):
        CUSTOMER = "customer", _("клиент")
        STAFF = "staff", _("сотрудник")
        PROVIDER = "provider", _("кабинет платёжной системы")

    OPEN = (Status.REQUESTED, Status.SECOND, Status.ORDERED, Status.PENDING, Status.MANUAL)

    reference = models.CharField(
        _("ключ"), max_length=32, unique=True, default=new_reference, editable=False
    )
    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="refunds", verbose_name=_("платёж")
    )
    origin = models.CharField(_("кто начал"), max_length=10, choices=Origin)
    status = models.CharField(
        _("состояние"), max_length=10, choices=Status, default=Status.REQUESTED
    )
    amount = models.DecimalField(_("сумма"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("валюта"), max_length=3)
    operation = models.CharField(
        _("возвращаемая операция"), max_length=100, blank=True
    )  # which sum, where one order was paid by several; empty for the booked one
    days = models.PositiveIntegerField(
        _("снять дней"), default=0
    )  # of a partial refund; a full one takes all that stand
    wish = models.CharField(_("что написал клиент"), max_length=500, blank=True)
    reason = models.CharField(_("причина решения"), max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("решил"),
    )
    decided_at = models.DateTimeField(_("решено"), null=True, blank=True)
    second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("подтвердил"),
    )
    second_at = models.DateTimeField(_("подтверждено"), null=True, blank=True)
    evidence = models.CharField(
        _("подтверждение перевода"), max_length=500, blank=True
    )  # of a transfer made by hand: bank, number, moment
    external_id = models.CharField(_("номер у платёжной системы"), max_length=100, blank=True)
    attempts = models.PositiveSmallIntegerField(_("попыток"), default=0)
    not_before = models.DateTimeField(_("следующая попытка"), null=True, blank=True)
    error = models.CharField(_("ошибка"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("создан"), default=now)
    finished_at = models.DateTimeField(_("закончен"), null=True, blank=True)

    class Meta:
        verbose_name = _("возврат")
        verbose_name_plural = _("возвраты")
        ordering = ["-id"]
        permissions = [
            ("decide_refund", "Может решать о возврате денег"),
            ("approve_refund", "Может подтверждать крупный возврат вторым"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_is_positive"),
            models.CheckConstraint(
                condition=models.Q(second_by=None) | ~models.Q(second_by=models.F("decided_by")),
                name="second_person_is_another",
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=models.Q(status__in=["requested", "second"]),
                name="one_undecided_refund_per_payment",
            ),
            models.UniqueConstraint(
                fields=["payment", "external_id"],
                condition=~models.Q(external_id=""),
                name="one_refund_per_external_id",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-id"], name="refunds_by_status"),
            models.Index(
                fields=["not_before"],
                condition=models.Q(status__in=["ordered", "pending"]),
                name="refunds_to_do",
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"

    @property
    def posting_key(self) -> str:
        """Under which its money is booked: the proof that a refund has exactly one posting."""
        return f"refund:{self.payment_id}:{self.reference}"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)
