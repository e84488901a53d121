from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from payments.models.customer import Customer


class Cooldown(models.Model):
    """Until when a customer may not repeat an action. In the database, because Redis may be flushed at any moment."""

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="cooldowns", verbose_name=_("клиент")
    )
    action = models.CharField(_("действие"), max_length=20)
    until = models.DateTimeField(_("до"))

    class Meta:
        verbose_name = _("пауза")
        verbose_name_plural = _("паузы")
        constraints = [
            models.UniqueConstraint(fields=["customer", "action"], name="one_pause_per_action"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} {self.action}"
