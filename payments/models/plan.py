from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from payments.money import Money
from payments.periods import Unit


class Plan(models.Model):
    """A term on sale. A payment copies what was bought, so a later edit changes no open invoice."""

    class Audience(models.TextChoices):
        CUSTOMERS = "customers", _("клиенты бота")
        PARTNERS = "partners", _("партнёры")

    code = models.SlugField(_("код"), max_length=20, unique=True)
    audience = models.CharField(
        _("кому"),
        max_length=10,
        choices=Audience,
        default=Audience.CUSTOMERS,
        db_default=Audience.CUSTOMERS.value,
    )
    title_ru = models.CharField(_("название, рус."), max_length=80)
    title_en = models.CharField(_("название, англ."), max_length=80)
    length = models.PositiveSmallIntegerField(_("длительность"), validators=[MinValueValidator(1)])
    unit = models.CharField(
        _("единица"),
        max_length=5,
        choices=[(Unit.DAY.value, _("дни")), (Unit.MONTH.value, _("календарные месяцы"))],
        default=Unit.DAY.value,
    )
    amount = models.DecimalField(_("цена"), max_digits=10, decimal_places=2)
    currency = models.CharField(_("валюта"), max_length=3, default="RUB")
    is_active = models.BooleanField(_("продаётся"), default=True)
    position = models.PositiveSmallIntegerField(_("порядок"), default=0)

    class Meta:
        verbose_name = _("тариф")
        verbose_name_plural = _("тарифы")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="plan_costs_something"),
            models.CheckConstraint(condition=models.Q(length__gt=0), name="plan_lasts_something"),
        ]

    def __str__(self) -> str:
        return self.title_ru

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    def title(self, language: str) -> str:
        return self.title_en if language == "en" else self.title_ru


class PlanPrice(models.Model):
    """A plan's price in another currency than its own: Telegram Stars (XTR), for one."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="prices", verbose_name=_("тариф"))
    currency = models.CharField(_("валюта"), max_length=3)
    amount = models.DecimalField(_("цена"), max_digits=10, decimal_places=2)

    class Meta:
        verbose_name = _("цена в другой валюте")
        verbose_name_plural = _("цены в других валютах")
        ordering = ["plan", "currency"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "currency"], name="one_price_per_currency"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="price_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {self.amount} {self.currency}"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)
