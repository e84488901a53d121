from __future__ import annotations

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
    panel_expires_at = models.DateTimeField(_("на панели до"), null=True, blank=True)
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
        return self.expires_at > now()
