"""What the installation is watched by: how outside services answer, and what is wrong at present."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import wall_clock


class ServiceMinute(models.Model):
    """Our calls of one outside service within one minute, of all processes together."""

    service = models.CharField(_("сервис"), max_length=40)
    minute = models.DateTimeField(_("минута"))
    calls = models.PositiveIntegerField(_("вызовов"), default=0)
    errors = models.PositiveIntegerField(_("без ответа"), default=0)
    total_ms = models.BigIntegerField(_("всего, мс"), default=0)
    max_ms = models.PositiveIntegerField(_("самый долгий, мс"), default=0)
    # How far the service's clock was ahead of ours at its last answer, in seconds.
    skew = models.IntegerField(_("расхождение часов, с"), null=True)

    class Meta:
        verbose_name = _("вызовы сервиса за минуту")
        verbose_name_plural = _("вызовы сервисов по минутам")
        constraints = [
            models.UniqueConstraint(fields=["minute", "service"], name="one_row_per_minute"),
        ]

    def __str__(self) -> str:
        return f"{self.service}, {self.minute:%d.%m.%Y %H:%M}: {self.calls}"


class Alert(models.Model):
    """Something of project/alerts/rules.py is wrong: since when, for whom, and until when."""

    class State(models.TextChoices):
        PENDING = "pending", _("ещё не точно")
        FIRING = "firing", _("тревога")
        CLEARED = "cleared", _("прошло")

    name = models.CharField(_("правило"), max_length=60)
    labels = models.JSONField(_("о чём"), default=dict)
    subject = models.CharField(_("о чём"), max_length=200, blank=True)  # its labels as one line
    severity = models.CharField(_("важность"), max_length=10)
    state = models.CharField(_("состояние"), max_length=8, choices=State, default=State.PENDING)
    value = models.DecimalField(_("значение"), max_digits=20, decimal_places=3, null=True)
    since = models.DateTimeField(_("началось"), default=wall_clock)
    quiet_since = models.DateTimeField(null=True, editable=False)  # fires still, but not for long
    fired_at = models.DateTimeField(_("сообщено"), null=True)
    cleared_at = models.DateTimeField(_("прошло"), null=True)

    class Meta:
        verbose_name = _("тревога")
        verbose_name_plural = _("тревоги")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "subject"],
                condition=~models.Q(state="cleared"),
                name="one_alert_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="alerts_by_state")]

    def __str__(self) -> str:
        return f"{self.name} {self.subject}".strip()
