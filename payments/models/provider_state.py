"""How a payment provider is doing: who may ask it next, whether it answers, what the last examination found."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import wall_clock


class ProviderState(models.Model):
    """One row per provider. All times are of the wall clock."""

    slug = models.CharField(_("платёжная система"), max_length=40, unique=True)
    slot_at = models.DateTimeField(
        _("очередь опроса"), default=wall_clock
    )  # the rate limit that all workers share: moved on by every question
    asked_at = models.DateTimeField(_("спрошена"), null=True, blank=True)
    answered_at = models.DateTimeField(_("ответила"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("отказов подряд"), default=0)
    silent_until = models.DateTimeField(_("не спрашивать до"), null=True, blank=True)
    error = models.CharField(_("ошибка"), max_length=300, blank=True)
    examined_at = models.DateTimeField(_("проверена"), null=True, blank=True)
    examination = models.JSONField(_("что показала проверка"), default=dict, blank=True)

    class Meta:
        verbose_name = _("платёжная система")
        verbose_name_plural = _("платёжные системы")
        ordering = ["id"]
        permissions = [("examine_provider", "Может проверять платёжные системы")]

    def __str__(self) -> str:
        return self.slug
