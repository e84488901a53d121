from __future__ import annotations

import secrets

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from partners.models.partner import Partner
from partners.models.vocabulary import Category, Region, Specialisation


def new_offer_token() -> str:
    """192 random bits: with this link the partner accepts or declines without signing in."""
    return secrets.token_urlsafe(24)


class Lead(models.Model):
    """A client's wish, from wherever it came."""

    class Source(models.TextChoices):
        API = "api", "API"
        PROTALK = "protalk", "ProTalk"
        UMNICO = "umnico", "Umnico"
        FLEXBE = "flexbe", "Flexbe"
        TELEGRAM = "telegram", "Telegram"
        STAFF = "staff", _("сотрудник")

    class Status(models.TextChoices):
        NEW = "new", _("новая")
        OFFERED = "offered", _("предложена партнёрам")
        NOBODY = "nobody", _("никто не подошёл")
        CLOSED = "closed", _("закрыта")

    source = models.CharField(_("откуда"), max_length=10, choices=Source)
    external_id = models.CharField(_("номер у источника"), max_length=100, null=True, blank=True)
    text = models.TextField(_("что нужно"), blank=True)
    client_name = models.CharField(_("имя"), max_length=200, blank=True)
    phone = models.CharField(_("телефон"), max_length=16, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    language = models.CharField(_("язык"), max_length=2, default="ru")
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, verbose_name=_("регион")
    )
    city = models.CharField(_("город"), max_length=120, blank=True)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, verbose_name=_("категория")
    )
    specialisation = models.ForeignKey(
        Specialisation, models.PROTECT, null=True, blank=True, verbose_name=_("специализация")
    )
    budget = models.DecimalField(
        _("бюджет, ₽"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    # In the client's words: «до конца лета».
    term = models.CharField(_("срок"), max_length=120, blank=True, db_default="")
    status = models.CharField(_("состояние"), max_length=10, choices=Status, default=Status.NEW)
    created_at = models.DateTimeField(_("получена"), default=now)

    class Meta:
        verbose_name = _("обращение клиента")
        verbose_name_plural = _("обращения клиентов")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=models.Q(external_id__isnull=False),
                name="one_lead_per_external_id",
            ),
        ]
        indexes = [models.Index(fields=["status", "-id"], name="leads_by_status")]

    def __str__(self) -> str:
        return f"№ {self.pk}"

    @property
    def case(self) -> str:
        return f"lead:{self.pk}"


class LeadOffer(models.Model):
    """A lead given to one partner: why this one, what he answered, how the client liked it."""

    class Status(models.TextChoices):
        OFFERED = "offered", _("ждёт ответа")
        ACCEPTED = "accepted", _("принята")
        DECLINED = "declined", _("отклонена")
        MISSED = "missed", _("без ответа")

    lead = models.ForeignKey(
        Lead, models.PROTECT, related_name="offers", verbose_name=_("обращение")
    )
    partner = models.ForeignKey(
        Partner, models.PROTECT, related_name="offers", verbose_name=_("партнёр")
    )
    rank = models.PositiveSmallIntegerField(_("место"))
    score = models.DecimalField(_("соответствие"), max_digits=6, decimal_places=3)
    why = models.JSONField(_("почему"), default=list)  # [[code, points], …]
    status = models.CharField(_("ответ"), max_length=10, choices=Status, default=Status.OFFERED)
    token = models.CharField(max_length=40, unique=True, default=new_offer_token, editable=False)
    # The client's own: with this link he rates the partner. Offers made before there was one have none.
    client_token = models.CharField(
        max_length=40, unique=True, null=True, default=new_offer_token, editable=False
    )
    created_at = models.DateTimeField(_("предложена"), default=now)
    answered_at = models.DateTimeField(_("ответил"), null=True, blank=True)
    rating = models.PositiveSmallIntegerField(
        _("оценка клиента"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    rated_at = models.DateTimeField(_("оценено"), null=True, blank=True)

    class Meta:
        verbose_name = _("предложение партнёру")
        verbose_name_plural = _("предложения партнёрам")
        ordering = ["lead", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["lead", "partner"], name="one_offer_per_partner"),
        ]
        indexes = [
            models.Index(fields=["partner", "-id"], name="offers_of_a_partner"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(status="offered"),
                name="offers_to_miss",
            ),
            models.Index(
                fields=["answered_at"],
                condition=models.Q(status="accepted", rating=None),
                name="offers_to_rate",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead} → {self.partner_id}"


class QuotaMonth(models.Model):
    """How many leads a partner has had in a calendar month (of TIME_ZONE); counted up under its row's lock."""

    partner = models.ForeignKey(
        Partner, models.CASCADE, related_name="months", verbose_name=_("партнёр")
    )
    month = models.DateField(_("месяц"))  # its first day
    used = models.PositiveIntegerField(_("заявок"), default=0)

    class Meta:
        verbose_name = _("заявки за месяц")
        verbose_name_plural = _("заявки по месяцам")
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "month"], name="one_quota_per_month"),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.month:%Y-%m}: {self.used}"
