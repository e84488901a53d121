from __future__ import annotations

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from payments.models.plan import Plan


class PromoCode(models.Model):
    """Words that make a purchase cheaper or give days. Stored in capitals; customers may type as they like."""

    class Kind(models.TextChoices):
        PERCENT = "percent", _("скидка, %")
        FIXED = "fixed", _("скидка, сумма")
        DAYS = "days", _("дни")

    code = models.CharField(
        _("промокод"),
        max_length=32,
        unique=True,
        validators=[RegexValidator(r"^[A-ZА-ЯЁ0-9_-]{3,32}$", _("3–32 заглавные буквы и цифры"))],
    )
    kind = models.CharField(_("что даёт"), max_length=10, choices=Kind)
    value = models.DecimalField(
        _("сколько"), max_digits=10, decimal_places=2, validators=[MinValueValidator(1)]
    )
    currency = models.CharField(_("валюта"), max_length=3, default="RUB")
    plans = models.ManyToManyField(Plan, blank=True, verbose_name=_("тарифы"))
    starts_at = models.DateTimeField(_("действует с"), null=True, blank=True)
    ends_at = models.DateTimeField(_("действует до"), null=True, blank=True)
    limit_total = models.PositiveIntegerField(_("всего использований"), null=True, blank=True)
    limit_per_customer = models.PositiveSmallIntegerField(
        _("на одного клиента"), default=1, validators=[MinValueValidator(1)]
    )
    first_purchase_only = models.BooleanField(_("только на первую покупку"), default=False)
    is_active = models.BooleanField(_("включён"), default=True)
    note = models.CharField(_("заметка"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("создан"), default=now)

    class Meta:
        verbose_name = _("промокод")
        verbose_name_plural = _("промокоды")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(value__gt=0), name="promo_gives_something"),
            models.CheckConstraint(
                condition=~models.Q(kind="percent") | models.Q(value__lte=99),
                name="promo_leaves_something_to_pay",
            ),
        ]

    def __str__(self) -> str:
        return self.code
