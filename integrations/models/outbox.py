"""What must go out because of an event, until it has happened."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Value
from django.utils.translation import gettext_lazy as _

from integrations.clock import wall_clock

# The app a reaction belongs to, of its dotted path: each may have helpers of its own (integrations.services.draining).
APP = Func(
    F("reaction"), Value("."), Value(1), function="split_part", output_field=models.CharField()
)


class OutboxMessage(models.Model):
    """One thing that must happen because of one event, until it has happened. Retried alone, for ever."""

    topic = models.CharField(_("событие"), max_length=60)
    reaction = models.CharField(_("действие"), max_length=200)
    key = models.CharField(_("ключ"), max_length=100)
    payload = models.JSONField(_("данные"))
    case = models.CharField(_("дело"), max_length=60, blank=True)
    attempts = models.PositiveIntegerField(_("попыток"), default=0)
    not_before = models.DateTimeField(_("не раньше"), default=wall_clock)
    created_at = models.DateTimeField(_("создано"), default=wall_clock)
    delivered_at = models.DateTimeField(_("выполнено"), null=True)
    error = models.TextField(_("ошибка"), blank=True)

    class Meta:
        verbose_name = _("исходящее действие")
        verbose_name_plural = _("исходящие действия")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["key", "reaction"], name="one_reaction_per_event"),
        ]
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                condition=models.Q(delivered_at=None),
                name="outbox_to_deliver",
            ),
            models.Index(
                APP,
                "not_before",
                "id",
                condition=models.Q(delivered_at=None),
                name="outbox_to_deliver_by_app",
            ),
            models.Index(fields=["case", "-id"], name="outbox_of_a_case"),
            models.Index(fields=["-created_at"], name="outbox_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} → {self.reaction.rpartition('.')[2]}"
