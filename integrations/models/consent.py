"""Who agreed to be written to, when, where and to which words (38-FZ, article 18; 152-FZ)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import wall_clock


class Consent(models.Model):
    """One agreement, from when it was given until it is withdrawn; another one is another row."""

    class Channel(models.TextChoices):
        MAIL = "mail", "E-mail"
        TELEGRAM = "telegram", "Telegram"

    class Source(models.TextChoices):
        FORM = "form", _("форма")
        CABINET = "cabinet", _("кабинет")
        BOT = "bot", _("бот")
        STAFF = "staff", _("сотрудник")

    class Withdrawal(models.TextChoices):
        LINK = "link", _("ссылка в письме")
        ONE_CLICK = "one_click", _("кнопка почтовой программы")
        CABINET = "cabinet", _("кабинет")
        BOT = "bot", _("бот")
        BLOCKED = "blocked", _("бот заблокирован")
        STAFF = "staff", _("сотрудник")

    channel = models.CharField(_("канал"), max_length=10, choices=Channel)
    # An e-mail address as it travels, lower case; or the number of a chat.
    address = models.CharField(_("адрес"), max_length=254)
    source = models.CharField(_("где дано"), max_length=10, choices=Source)
    wording = models.TextField(_("с каким текстом согласились"))
    remote_addr = models.GenericIPAddressField(_("адрес отправителя"), null=True, blank=True)
    given_at = models.DateTimeField(_("дано"), default=wall_clock)
    withdrawn_at = models.DateTimeField(_("отозвано"), null=True, blank=True)
    withdrawn_by = models.CharField(
        _("как отозвано"), max_length=10, choices=Withdrawal, blank=True
    )

    class Meta:
        verbose_name = _("согласие на рассылку")
        verbose_name_plural = _("согласия на рассылку")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "address"],
                condition=models.Q(withdrawn_at=None),
                name="one_standing_consent",
            ),
        ]
        indexes = [models.Index(fields=["address", "-id"], name="consents_by_address")]

    def __str__(self) -> str:
        return f"{self.address}: {self.given_at:%d.%m.%Y}"
