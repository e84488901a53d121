from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from payments.models.customer import Customer


class Subscription(models.Model):
    """A customer's access. `expires_at` is what the day entries add up to; `audit_ledgers` proves it."""

    customer = models.OneToOneField(
        Customer, models.PROTECT, related_name="subscription", verbose_name=_("клиент")
    )
    expires_at = models.DateTimeField(_("доступ до"))
    created_at = models.DateTimeField(_("создана"), default=now)
    panel_username = models.CharField(_("имя на панели"), max_length=36, blank=True)
    panel_id = models.CharField(_("номер на панели"), max_length=36, blank=True)
    access_url = models.URLField(_("ссылка доступа"), max_length=500, blank=True)
    # The paid end the panel follows; there it stands with the days of grace, so many of them.
    panel_expires_at = models.DateTimeField(_("панель знает срок до"), null=True, blank=True)
    panel_grace_days = models.PositiveSmallIntegerField(
        _("льготных дней на панели"), default=0, db_default=0
    )
    panel_synced_at = models.DateTimeField(_("сверено с панелью"), null=True, blank=True)
    panel_error = models.CharField(_("ошибка панели"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("подписка")
        verbose_name_plural = _("подписки")
        ordering = ["-id"]
        permissions = [("sync_subscription", "Может сверить подписку с панелью")]
        indexes = [
            models.Index(fields=["expires_at"], name="subscription_by_end"),
            models.Index(
                fields=["id"],
                condition=~models.Q(panel_expires_at=models.F("expires_at"))
                | models.Q(panel_expires_at=None),
                name="subscription_to_sync",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} → {self.expires_at:%d.%m.%Y}"

    @property
    def is_active(self) -> bool:
        """Whether the paid term runs; access may go on for some days of grace after it."""
        return self.expires_at > now()

    @property
    def grace(self) -> timedelta:
        """How long access goes on after the paid end. A partner's plan ends with its term: the free one follows it."""
        return timedelta(days=0 if self.customer.is_partner else settings.GRACE_DAYS)

    @property
    def access_ends_at(self) -> datetime:
        """When access really ends: GRACE_DAYS after the paid end, at once where days were taken back."""
        if not self.grace or self.was_cut:
            return self.expires_at
        return self.expires_at + self.grace

    @property
    def in_grace(self) -> bool:
        """The paid term is over, access is not."""
        moment = now()
        over = self.expires_at <= moment < self.expires_at + self.grace
        return over and not self.was_cut

    @property
    def was_cut(self) -> bool:
        """Whether the end lies in the past because days were taken back, not because they ran out."""
        facts = ("seconds", "ends_at", "created_at")
        last = self.day_entries.order_by("-pk").values_list(*facts).first()
        return last is not None and last[0] < 0 and last[1] <= last[2]
