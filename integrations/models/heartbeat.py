"""Which processes are alive."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import wall_clock


class Heartbeat(models.Model):
    """When a kind of process was last seen alive on one machine. Written by the process itself."""

    name = models.CharField(max_length=40, primary_key=True)  # the process and its machine
    process = models.CharField(max_length=40, default="", db_default="")
    seen_at = models.DateTimeField(default=wall_clock)
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("пульс процесса")
        verbose_name_plural = _("пульс процессов")

    def __str__(self) -> str:
        return self.name
