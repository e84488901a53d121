from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from integrations.models import InboundCallback
from payments.models.customer import Customer
from payments.models.pay_link import PayLink
from payments.models.plan import Plan
from payments.models.promo_code import PromoCode
from payments.models.recurring import SavedMethod
from payments.money import Money
from payments.provider import Method


def new_reference() -> str:
    """Our order number at the provider: always 32 characters.

    A fixed length matters: 1Plat's MD5 signature glues order and amount together without a separator.
    """
    return uuid.uuid4().hex


FIRST_POLL = timedelta(seconds=15)


def first_poll() -> datetime:
    """When a new payment is asked about for the first time, whoever opened it."""
    return now() + FIRST_POLL


class Payment(models.Model):
    """One intention to pay. "Money in" (`status`) and "access given" (`access`) are two facts."""

    class Status(models.TextChoices):
        CREATED = "created", _("создан")
        PENDING = "pending", _("ждёт оплаты")
        PAID = "paid", _("оплачен")
        PARTLY_REFUNDED = "partly_refunded", _("возвращён частично")
        REFUNDED = "refunded", _("возвращён")
        FAILED = "failed", _("не прошёл")
        CANCELED = "canceled", _("отменён")
        EXPIRED = "expired", _("истёк")
        REVIEW = "review", _("на проверке")

    class Purpose(models.TextChoices):
        TERM = "term", _("срок себе")
        GIFT = "gift", _("подарок")
        CHANGE = "change", _("смена тарифа")

    class Access(models.TextChoices):
        NONE = "none", _("не нужен")
        GRANTING = "granting", _("выдаётся")
        GRANTED = "granted", _("выдан")
        FAILING = "failing", _("не выдаётся")

    OPEN = (Status.CREATED, Status.PENDING)

    reference = models.CharField(
        _("номер заказа"), max_length=32, unique=True, default=new_reference, editable=False
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="payments", verbose_name=_("клиент")
    )
    plan = models.ForeignKey(Plan, models.PROTECT, verbose_name=_("тариф"))
    length = models.PositiveSmallIntegerField(_("длительность"))
    unit = models.CharField(_("единица"), max_length=5)
    provider = models.CharField(_("платёжная система"), max_length=40)
    method = models.CharField(_("способ"), max_length=10, blank=True, default=Method.ANY.value)
    external_id = models.CharField(_("номер у платёжной системы"), max_length=100, blank=True)
    amount = models.DecimalField(_("сумма"), max_digits=10, decimal_places=2)
    currency = models.CharField(_("валюта"), max_length=3)
    purpose = models.CharField(
        _("что покупают"),
        max_length=10,
        choices=Purpose,
        default=Purpose.TERM,
        db_default=Purpose.TERM.value,
    )
    discount = models.DecimalField(
        _("скидка"), max_digits=10, decimal_places=2, default=Decimal(0), db_default=Decimal(0)
    )  # `amount` is what is left to pay
    promo_code = models.ForeignKey(
        PromoCode,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("промокод"),
    )
    replaces = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("заменяет платёж"),
    )
    pay_link = models.ForeignKey(
        PayLink,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="payments",
        verbose_name=_("страница оплаты"),
    )
    save_method = models.BooleanField(_("сохранить способ оплаты"), default=False, db_default=False)
    saved_method = models.ForeignKey(
        SavedMethod,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("чем списано"),
    )
    renewal_key = models.CharField(
        _("ключ автопродления"), max_length=100, null=True, blank=True, editable=False
    )  # one payment per subscription, period and attempt
    amount_to_pay = models.DecimalField(
        _("к оплате"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    pay_url = models.URLField(_("страница оплаты"), max_length=500, blank=True)
    requisites = models.JSONField(_("реквизиты"), default=dict, blank=True)
    status = models.CharField(_("состояние"), max_length=16, choices=Status, default=Status.CREATED)
    access = models.CharField(_("доступ"), max_length=10, choices=Access, default=Access.NONE)
    reason = models.CharField(_("причина"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("создан"), default=now)
    opened_at = models.DateTimeField(_("счёт открыт"), null=True, blank=True)
    invoice_expires_at = models.DateTimeField(_("счёт до"), null=True, blank=True)
    checked_at = models.DateTimeField(_("проверен"), null=True, blank=True)
    polls = models.PositiveSmallIntegerField(_("опросов"), default=0, db_default=0)
    poll_at = models.DateTimeField(_("следующий опрос"), null=True, blank=True, default=first_poll)
    found_at = models.DateTimeField(
        _("деньги замечены опросом"), null=True, blank=True
    )  # by our own question, where only a call or a check may act on it
    held_at = models.DateTimeField(_("деньги заморожены"), null=True, blank=True)
    paid_at = models.DateTimeField(_("оплачен"), null=True, blank=True)
    access_at = models.DateTimeField(_("доступ выдан"), null=True, blank=True)
    link_sent_at = models.DateTimeField(_("ссылка отправлена"), null=True, blank=True)

    class Meta:
        verbose_name = _("платёж")
        verbose_name_plural = _("платежи")
        ordering = ["-id"]
        permissions = [
            ("check_payment", "Может проверить платёж у платёжной системы"),
            ("give_access", "Может выдать доступ по платежу вручную"),
            ("export_payment", "Может выгрузить платежи в файл"),
            ("settle_hold", "Может списать или отменить замороженные деньги"),
            ("confirm_transfer", "Может подтвердить оплату счёта по выписке банка"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "external_id"],
                condition=~models.Q(external_id=""),
                name="one_payment_per_external_id",
            ),
            models.UniqueConstraint(
                fields=["renewal_key"],
                condition=models.Q(renewal_key__isnull=False),
                name="one_payment_per_renewal",
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_is_positive"),
            models.CheckConstraint(
                condition=~models.Q(status__in=["paid", "partly_refunded", "refunded"])
                | models.Q(paid_at__isnull=False),
                name="money_in_has_a_date",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="payments_of_a_customer"),
            models.Index(fields=["-created_at", "-id"], name="payments_by_date"),
            models.Index(fields=["status", "-id"], name="payments_by_status"),
            models.Index(
                fields=["id"],
                condition=models.Q(status="paid") & ~models.Q(access="granted"),
                name="paid_without_access",
            ),
            models.Index(
                fields=["invoice_expires_at"],
                condition=models.Q(status__in=["created", "pending"]),
                name="payments_to_expire",
            ),
            models.Index(
                fields=["pay_link"],
                condition=models.Q(pay_link__isnull=False),
                name="payments_by_pay_link",
            ),
            models.Index(
                fields=["promo_code"],
                condition=models.Q(promo_code__isnull=False),
                name="payments_by_promo_code",
            ),
            models.Index(
                fields=["replaces"],
                condition=models.Q(replaces__isnull=False),
                name="payments_by_replaced",
            ),
            models.Index(
                fields=["saved_method"],
                condition=models.Q(saved_method__isnull=False),
                name="payments_by_saved_method",
            ),
            models.Index(
                fields=["poll_at"],
                condition=models.Q(
                    status__in=["created", "pending", "failed", "canceled", "expired"]
                ),
                name="payments_to_poll",
            ),
            models.Index(
                fields=["external_id"],
                name="payments_by_external_id",
                opclasses=["varchar_pattern_ops"],
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"

    @property
    def number(self) -> int:
        """The case number people tell each other."""
        return self.pk

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def case(self) -> str:
        """Under which its calls, reactions and log lines are found together."""
        return f"payment:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN


class PaymentEvent(models.Model):
    """What a provider said about a payment, seen once. Its unique key makes every redelivery a no-op."""

    class Origin(models.TextChoices):
        CALLBACK = "callback", _("вызов")
        CHECK = "check", _("проверка")
        STAFF = "staff", _("сотрудник")
        SYSTEM = "system", _("система")
        POLL = "poll", _("опрос")

    class Outcome(models.TextChoices):
        MOVED = "moved", _("состояние изменено")
        KEPT = "kept", _("ничего не меняет")
        REVIEW = "review", _("отправлен на проверку")

    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="events", verbose_name=_("платёж")
    )
    provider = models.CharField(_("платёжная система"), max_length=40)
    event_id = models.CharField(_("номер события"), max_length=160)
    kind = models.CharField(_("что сообщили"), max_length=10)
    operation = models.CharField(_("номер операции"), max_length=100, blank=True)
    trust = models.CharField(_("доверие"), max_length=10)
    origin = models.CharField(_("откуда"), max_length=10, choices=Origin)
    callback = models.ForeignKey(
        InboundCallback, models.SET_NULL, null=True, blank=True, verbose_name=_("вызов")
    )
    amount = models.DecimalField(_("сумма"), max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("валюта"), max_length=3, blank=True)
    status_before = models.CharField(_("было"), max_length=16)
    status_after = models.CharField(_("стало"), max_length=16)
    outcome = models.CharField(_("итог"), max_length=10, choices=Outcome)
    note = models.CharField(_("пояснение"), max_length=300, blank=True)
    raw = models.JSONField(_("ответ системы"), default=dict)
    applied_at = models.DateTimeField(_("когда"), default=now)

    class Meta:
        verbose_name = _("событие платежа")
        verbose_name_plural = _("события платежей")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="event_applied_once"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.kind}"
