from __future__ import annotations

import secrets

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from payments.models.plan import Plan

# Telegram's ids have at most 52 bits; a number in JSON is exact up to 53.
PARTNER_PAYERS = 8 * 10**15


def new_invite_code() -> str:
    """A short opaque token for a deep link; users can edit a link, so it carries no data."""
    return secrets.token_urlsafe(9)


class Customer(models.Model):
    """Who pays: a person who talks to the bot, or a partner company, which has no chat and gets letters."""

    class Kind(models.TextChoices):
        TELEGRAM = "telegram", _("клиент бота")
        PARTNER = "partner", _("партнёр")

    class Language(models.TextChoices):
        RU = "ru", "Русский"
        EN = "en", "English"

    kind = models.CharField(
        _("кто"),
        max_length=10,
        choices=Kind,
        default=Kind.TELEGRAM,
        db_default=Kind.TELEGRAM.value,
    )
    telegram_id = models.BigIntegerField("Telegram ID", unique=True, null=True, blank=True)
    username = models.CharField(_("имя в Telegram"), max_length=64, blank=True)
    first_name = models.CharField(_("имя"), max_length=128, blank=True)
    language = models.CharField(_("язык"), max_length=2, choices=Language, default=Language.RU)
    invite_code = models.CharField(
        _("код приглашения"), max_length=24, unique=True, default=new_invite_code
    )
    terms_accepted_at = models.DateTimeField(_("условия приняты"), null=True, blank=True)
    blocked_bot_at = models.DateTimeField(_("заблокировал бота"), null=True, blank=True)
    email = models.EmailField(_("e-mail"), blank=True, db_default="")
    reminders_on = models.BooleanField(_("напоминать об окончании"), default=True, db_default=True)
    created_at = models.DateTimeField(_("появился"), default=now)
    last_seen_at = models.DateTimeField(_("был в боте"), default=now)

    class Meta:
        verbose_name = _("клиент")
        verbose_name_plural = _("клиенты")
        ordering = ["-id"]
        permissions = [("grant_days", "Может выдать клиенту дни")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind="telegram") | models.Q(telegram_id__isnull=False),
                name="a_customer_of_the_bot_has_a_chat",
            ),
        ]
        indexes = [
            GinIndex(OpClass(Upper("username"), "gin_trgm_ops"), name="customer_username_trgm"),
            GinIndex(OpClass(Upper("first_name"), "gin_trgm_ops"), name="customer_name_trgm"),
        ]

    def __str__(self) -> str:
        return f"@{self.username}" if self.username else self.first_name or str(self.payer_id)

    @property
    def is_partner(self) -> bool:
        """A company of the registry: no chat, no access on the panel, plans of its own."""
        return self.kind == self.Kind.PARTNER

    @property
    def payer_id(self) -> int:
        """Under which providers know this payer, always the same: his Telegram id, or a number that no such id is."""
        return PARTNER_PAYERS + self.pk if self.telegram_id is None else self.telegram_id

    @property
    def audience(self) -> Plan.Audience:
        """Whose plans this payer is sold."""
        return Plan.Audience.PARTNERS if self.is_partner else Plan.Audience.CUSTOMERS


class Referral(models.Model):
    """Who brought whom. A friend is brought once; the bonus follows the friend's first paid payment."""

    class Status(models.TextChoices):
        INVITED = "invited", _("перешёл по ссылке")
        REWARDED = "rewarded", _("дни начислены")
        REVOKED = "revoked", _("дни сняты")

    inviter = models.ForeignKey(
        Customer, models.PROTECT, related_name="referrals", verbose_name=_("пригласил")
    )
    friend = models.OneToOneField(
        Customer, models.PROTECT, related_name="referral", verbose_name=_("друг")
    )
    status = models.CharField(_("состояние"), max_length=10, choices=Status, default=Status.INVITED)
    created_at = models.DateTimeField(_("перешёл"), default=now)
    rewarded_at = models.DateTimeField(_("начислено"), null=True, blank=True)

    class Meta:
        verbose_name = _("приглашение")
        verbose_name_plural = _("приглашения")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(inviter=models.F("friend")), name="nobody_invites_himself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inviter} → {self.friend}"
