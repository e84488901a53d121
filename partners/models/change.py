from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from partners.models.partner import Partner


class ProfileChange(models.Model):
    """What a partner changed in the cabinet without asking anybody: who sees the page sees it at once. Never edited."""

    partner = models.ForeignKey(
        Partner, models.CASCADE, related_name="own_changes", verbose_name=_("партнёр")
    )
    field = models.CharField(_("поле"), max_length=40)
    before = models.TextField(_("было"), blank=True)
    after = models.TextField(_("стало"), blank=True)
    remote_addr = models.GenericIPAddressField(_("откуда"), null=True)
    created_at = models.DateTimeField(_("когда"), default=now)

    class Meta:
        verbose_name = _("изменение из кабинета")
        verbose_name_plural = _("изменения из кабинета")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.field}: {self.before} → {self.after}"[:120]
