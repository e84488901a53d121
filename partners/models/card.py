"""The journal of cards: what was sent to whom, and what became of it."""

from __future__ import annotations

import secrets

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from partners.models.conversation import ChatMessage


def new_open_token() -> str:
    """128 random bits: which card somebody opened, and nothing else."""
    return secrets.token_urlsafe(16)


class SentCard(models.Model):
    """A partner's card as one client got it: which version, by which channel, whether it arrived and was opened.

    What was said stays as it was: the database lets nothing but the opening change.
    """

    class Channel(models.TextChoices):
        UMNICO = "umnico", "Umnico"
        PROTALK = "protalk", "ProTalk"
        TELEGRAM = "telegram", "Telegram"
        MAIL = "mail", "E-mail"

    offer = models.ForeignKey(
        "partners.LeadOffer",
        models.PROTECT,
        related_name="cards",
        verbose_name=_("предложение"),
    )
    channel = models.CharField(_("канал"), max_length=10, choices=Channel)
    recipient = models.CharField(_("кому"), max_length=254)
    # Exactly one of the two carries it.
    message = models.ForeignKey(
        ChatMessage,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cards",
        verbose_name=_("сообщение"),
    )
    letter = models.ForeignKey(
        "integrations.MailMessage",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("письмо"),
    )
    version = models.CharField(_("версия"), max_length=12)  # of what the card says
    text = models.TextField(_("как отправлено"))
    token = models.CharField(max_length=30, unique=True, default=new_open_token, editable=False)
    created_at = models.DateTimeField(_("создана"), default=now)
    opened_at = models.DateTimeField(_("открыта"), null=True, blank=True)
    opens = models.PositiveIntegerField(_("открытий"), default=0)

    class Meta:
        verbose_name = _("отправленная карточка")
        verbose_name_plural = _("отправленные карточки")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(message=None) ^ models.Q(letter=None),
                name="card_has_one_carrier",
            ),
        ]
        indexes = [models.Index(fields=["-created_at"], name="cards_by_age")]
        triggers = (
            pgtrigger.Protect(name="cards_stay", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="cards_said", exclude=["opened_at", "opens"]),
        )

    def __str__(self) -> str:
        return f"{self.offer} · {self.get_channel_display()}"
