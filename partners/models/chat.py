"""Partners who also read us in Telegram."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from partners.models.partner import Partner


class PartnerChat(models.Model):
    """A partner's private chat with the bot, linked from his cabinet; news of new leads go there as well."""

    partner = models.ForeignKey(
        Partner, models.CASCADE, related_name="chats", verbose_name=_("партнёр")
    )
    chat_id = models.BigIntegerField(_("чат"))
    name = models.CharField(_("имя"), max_length=200, blank=True)
    linked_at = models.DateTimeField(_("подключён"), default=now)
    # Blocked there, or switched off in the cabinet.
    left_at = models.DateTimeField(_("отключён"), null=True, blank=True)

    class Meta:
        verbose_name = _("чат партнёра")
        verbose_name_plural = _("чаты партнёров")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "chat_id"], name="one_chat_of_a_partner"),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id}: {self.chat_id}"


class PartnerChatLink(models.Model):
    """A link that connects whoever opens it in Telegram; its secret is kept as a hash, used once."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("ссылка на чат партнёра")
        verbose_name_plural = _("ссылки на чаты партнёров")

    def __str__(self) -> str:
        return f"{self.partner_id}"
