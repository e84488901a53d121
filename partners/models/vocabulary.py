"""The lists by which partners are described and found. Data that staff edit, never code."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LegalForm(models.TextChoices):
    OOO = "ooo", "ООО"
    IP = "ip", "ИП"
    AO = "ao", "АО"
    PAO = "pao", "ПАО"
    ZAO = "zao", "ЗАО"
    OAO = "oao", "ОАО"
    OTHER = "other", _("другое")


class Term(models.Model):
    """A word of a list, in both languages; what is switched off stays where it was used."""

    code = models.SlugField(_("код"), max_length=40, unique=True)
    title_ru = models.CharField(_("название, рус."), max_length=120)
    title_en = models.CharField(_("название, англ."), max_length=120)
    is_active = models.BooleanField(_("используется"), default=True)
    position = models.PositiveSmallIntegerField(_("порядок"), default=0)

    class Meta:
        abstract = True
        ordering = ["position", "title_ru"]

    def __str__(self) -> str:
        return self.title_ru

    def title(self, language: str) -> str:
        return self.title_en if language == "en" else self.title_ru


class Category(Term):
    """What a partner is: contractor, manufacturer, seller, performer."""

    class Meta(Term.Meta):
        verbose_name = _("категория")
        verbose_name_plural = _("категории")


class Specialisation(Term):
    """What a partner does: frame houses, roofing, plumbing …"""

    class Meta(Term.Meta):
        verbose_name = _("специализация")
        verbose_name_plural = _("специализации")


class Region(Term):
    """A region of Russia; `code` is its two-digit number in the tax service's registers."""

    class Meta(Term.Meta):
        verbose_name = _("регион")
        verbose_name_plural = _("регионы")


class City(models.Model):
    """A town of a region, as partners and clients name it."""

    region = models.ForeignKey(
        Region, models.PROTECT, related_name="cities", verbose_name=_("регион")
    )
    name = models.CharField(_("название"), max_length=120)
    # Degrees, WGS 84; of towns that staff added without them, none.
    latitude = models.DecimalField(
        _("широта"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("долгота"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    population = models.PositiveIntegerField(_("жителей"), default=0, db_default=0)

    class Meta:
        verbose_name = _("город")
        verbose_name_plural = _("города")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["region", "name"], name="city_once_in_a_region"),
        ]

    def __str__(self) -> str:
        return self.name


class Tier(models.Model):
    """A partner's plan: how many leads a month it brings. What is paid for it are two plans of `payments`."""

    code = models.SlugField(_("код"), max_length=20, unique=True)
    title_ru = models.CharField(_("название, рус."), max_length=80)
    title_en = models.CharField(_("название, англ."), max_length=80)
    leads_a_month = models.PositiveIntegerField(_("заявок в месяц"))
    monthly = models.OneToOneField(
        "payments.Plan",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tier_by_month",
        verbose_name=_("на месяц"),
    )
    yearly = models.OneToOneField(
        "payments.Plan",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tier_by_year",
        verbose_name=_("на год"),
    )
    is_active = models.BooleanField(_("предлагается"), default=True)
    position = models.PositiveSmallIntegerField(_("порядок"), default=0)

    class Meta:
        verbose_name = _("тариф партнёра")
        verbose_name_plural = _("тарифы партнёров")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title_ru

    def title(self, language: str) -> str:
        return self.title_en if language == "en" else self.title_ru

    @property
    def is_free(self) -> bool:
        """The tier every partner has without paying."""
        return self.monthly_id is None and self.yearly_id is None
