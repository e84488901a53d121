"""Two append-only ledgers. The database itself refuses UPDATE and DELETE, whoever asks."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from payments.models.customer import Referral
from payments.models.payment import Payment
from payments.models.subscription import Subscription

# TRUNCATE fires no row trigger. A connection that really means to empty a ledger (the suite, between tests) says so
# with `-c provodnik.truncate=allowed`.
APPEND_ONLY = [
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
    pgtrigger.Trigger(
        name="no_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="""
            IF current_setting('provodnik.truncate', true) = 'allowed' THEN RETURN NULL; END IF;
            RAISE EXCEPTION 'append-only: % is never truncated', TG_TABLE_NAME;
        """,
    ),
]


class MoneyEntry(models.Model):
    """A double-entry posting: one row moves one sum from the credited to the debited account."""

    class Account(models.TextChoices):
        CLEARING = "clearing", _("расчёты с платёжной системой")
        REVENUE = "revenue", _("выручка")
        REFUNDS = "refunds", _("возвраты")
        FEES = "fees", _("комиссии")
        SUSPENSE = "suspense", _("невыясненные поступления")

    class Kind(models.TextChoices):
        CAPTURE = "capture", _("поступление")
        FEE = "fee", _("комиссия")
        REFUND = "refund", _("возврат")
        # Money that nobody ordered in this sum: it waits apart until a person has decided.
        SURPLUS = "surplus", _("невыясненное поступление")
        RELEASE = "release", _("засчитано сотрудником")
        RETURN = "return", _("возврат невыясненного")

    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="money_entries", verbose_name=_("платёж")
    )
    key = models.CharField(_("ключ"), max_length=100, unique=True)
    kind = models.CharField(_("вид"), max_length=10, choices=Kind)
    debit = models.CharField(_("дебет"), max_length=10, choices=Account)
    credit = models.CharField(_("кредит"), max_length=10, choices=Account)
    amount = models.DecimalField(_("сумма"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("валюта"), max_length=3)
    created_at = models.DateTimeField(_("когда"), default=now)

    class Meta:
        verbose_name = _("денежная проводка")
        verbose_name_plural = _("денежные проводки")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="posting_is_positive"),
            models.CheckConstraint(
                condition=~models.Q(debit=models.F("credit")), name="posting_moves_money"
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=models.Q(kind="capture"),
                name="one_capture_per_payment",
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="money_by_date")]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount} {self.currency}"


class DayEntry(models.Model):
    """Days given or taken. Each row says from when to when, so a subscription's end explains itself."""

    class Kind(models.TextChoices):
        PURCHASE = "purchase", _("покупка")
        REFERRAL = "referral", _("за друга")
        PROMO = "promo", _("промокод")
        TRIAL = "trial", _("пробный период")
        GIFT = "gift", _("подарок")
        MANUAL = "manual", _("сотрудник")
        CHANNEL = "channel", _("за подписку на канал")
        RESTORED = "restored", _("возвращённый срок")
        CLAWBACK = "clawback", _("снятие")

    subscription = models.ForeignKey(
        Subscription, models.PROTECT, related_name="day_entries", verbose_name=_("подписка")
    )
    kind = models.CharField(_("вид"), max_length=10, choices=Kind)
    key = models.CharField(_("ключ"), max_length=100, unique=True)
    payment = models.ForeignKey(
        Payment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="day_entries",
        verbose_name=_("платёж"),
    )
    referral = models.ForeignKey(
        Referral, models.PROTECT, null=True, blank=True, verbose_name=_("приглашение")
    )
    reverses = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="reversals",
        verbose_name=_("снимает с"),
    )
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("кто выдал"),
    )
    seconds = models.BigIntegerField(_("секунд"))
    starts_at = models.DateTimeField(_("с"))
    ends_at = models.DateTimeField(_("стало до"))
    reason = models.CharField(_("причина"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("когда"), default=now)

    class Meta:
        verbose_name = _("проводка дней")
        verbose_name_plural = _("проводки дней")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["payment"],
                condition=models.Q(kind="purchase"),
                name="one_purchase_entry_per_payment",
            ),
            models.UniqueConstraint(
                fields=["referral"],
                condition=models.Q(kind="referral"),
                name="one_bonus_per_referral",
            ),
            models.UniqueConstraint(
                fields=["subscription"],
                condition=models.Q(kind="trial"),
                name="one_trial_per_customer",
            ),
            models.UniqueConstraint(
                fields=["subscription"],
                condition=models.Q(kind="channel"),
                name="one_channel_bonus_per_customer",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="clawback", reverses__isnull=False)
                | (~models.Q(kind="clawback") & models.Q(reverses=None)),
                name="a_clawback_names_what_it_takes",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="purchase") | models.Q(payment__isnull=False),
                name="purchase_has_a_payment",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="manual")
                | (models.Q(granted_by__isnull=False) & ~models.Q(reason="")),
                name="manual_days_have_a_person_and_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="clawback", seconds__lt=0)
                | (~models.Q(kind="clawback") & models.Q(seconds__gt=0)),
                name="only_a_clawback_takes_days",
            ),
        ]
        indexes = [
            models.Index(
                fields=["reverses"],
                condition=models.Q(reverses__isnull=False),
                name="days_taken_back",
            ),
        ]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.days:+g}"

    @property
    def days(self) -> float:
        """Whole and part days, for people; the arithmetic is done in seconds."""
        return self.seconds / 86400
