"""Mailings by e-mail and broadcasts in Telegram: one row for each recipient before anything is sent."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from payments.models import Customer


def new_token() -> str:
    """144 random bits: opens one thing for one recipient."""
    return secrets.token_urlsafe(18)


class Mailing(models.Model):
    """What is to be said to many. Markdown in both languages; who hears it is fixed when it starts."""

    class Channel(models.TextChoices):
        MAIL = "mail", _("партнёрам по e-mail")
        TELEGRAM = "telegram", _("клиентам в Telegram")

    class Status(models.TextChoices):
        DRAFT = "draft", _("черновик")
        SCHEDULED = "scheduled", _("назначена")
        COLLECTING = "collecting", _("собираем получателей")
        RUNNING = "running", _("идёт")
        PAUSED = "paused", _("на паузе")
        STOPPED = "stopped", _("остановлена")
        DONE = "done", _("закончена")

    name = models.CharField(_("название"), max_length=120)
    channel = models.CharField(_("кому и как"), max_length=10, choices=Channel)
    status = models.CharField(_("состояние"), max_length=10, choices=Status, default=Status.DRAFT)
    # bot.mailings.audience.Audience as JSON.
    audience = models.JSONField(_("получатели"), default=dict, blank=True)
    # Advertising needs a consent; what a customer must know about his own access does not.
    is_service = models.BooleanField(_("служебная: без согласия на рассылку"), default=False)
    subject_ru = models.CharField(_("тема, рус."), max_length=150, blank=True)
    subject_en = models.CharField(_("тема, англ."), max_length=150, blank=True)
    body_ru = models.TextField(_("текст, рус."), blank=True)
    body_en = models.TextField(_("текст, англ."), blank=True)
    button_ru = models.CharField(_("кнопка, рус."), max_length=60, blank=True)
    button_en = models.CharField(_("кнопка, англ."), max_length=60, blank=True)
    button_url = models.CharField(_("куда ведёт кнопка"), max_length=500, blank=True)
    counts_clicks = models.BooleanField(_("считать переходы"), default=True)
    starts_at = models.DateTimeField(_("начать"), null=True, blank=True)
    keeps_quiet_hours = models.BooleanField(_("не писать ночью"), default=True)
    # Why people were left out when the recipients were collected: code → how many.
    excluded = models.JSONField(_("исключены"), default=dict, blank=True)
    total = models.PositiveIntegerField(_("получателей"), default=0)
    pause_reason = models.CharField(_("почему на паузе"), max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("кто создал"),
    )
    created_at = models.DateTimeField(_("создана"), default=now)
    started_at = models.DateTimeField(_("началась"), null=True, blank=True)
    finished_at = models.DateTimeField(_("закончилась"), null=True, blank=True)

    class Meta:
        verbose_name = _("рассылка")
        verbose_name_plural = _("рассылки")
        ordering = ["-id"]
        permissions = [("send_mailing", "Может запускать рассылки")]
        indexes = [models.Index(fields=["status", "starts_at"], name="mailings_by_status")]

    def __str__(self) -> str:
        return self.name


class Recipient(models.Model):
    """One recipient of one mailing, written before anything is sent; the row is claimed, then sent, once."""

    class State(models.TextChoices):
        WAITING = "waiting", _("ждёт")
        SENDING = "sending", _("передаётся")
        SENT = "sent", _("отправлено")
        UNCLEAR = "unclear", _("неизвестно, дошло ли")
        BLOCKED = "blocked", _("бот заблокирован")
        REFUSED = "refused", _("не принято")
        BOUNCED = "bounced", _("вернулось")
        EXCLUDED = "excluded", _("отписался до отправки")
        CANCELLED = "cancelled", _("рассылка остановлена")

    mailing = models.ForeignKey(
        Mailing, models.PROTECT, related_name="recipients", verbose_name=_("рассылка")
    )
    address = models.CharField(_("адрес"), max_length=254)  # e-mail, or the number of a chat
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("клиент"),
    )
    partner = models.ForeignKey(
        "partners.Partner",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("партнёр"),
    )
    language = models.CharField(_("язык"), max_length=2, default="ru")
    state = models.CharField(_("состояние"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("попыток"), default=0)
    not_before = models.DateTimeField(_("не раньше"), default=now)
    claimed_at = models.DateTimeField(null=True, editable=False)
    error = models.CharField(_("ошибка"), max_length=300, blank=True)
    # Telegram's number, or the letter's Message-ID.
    message_id = models.CharField(_("номер сообщения"), max_length=120, blank=True)
    sent_at = models.DateTimeField(_("отправлено"), null=True, blank=True)
    clicked_at = models.DateTimeField(_("перешёл"), null=True, blank=True)
    unsubscribed_at = models.DateTimeField(_("отписался"), null=True, blank=True)
    # Two secrets, so that a link somebody forwards opens no more than itself.
    unsubscribe_token = models.CharField(
        max_length=30, unique=True, default=new_token, editable=False
    )
    click_token = models.CharField(max_length=30, unique=True, default=new_token, editable=False)

    class Meta:
        verbose_name = _("получатель рассылки")
        verbose_name_plural = _("получатели рассылок")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["mailing", "address"], name="one_row_per_recipient"),
        ]
        indexes = [
            models.Index(
                fields=["mailing", "not_before", "id"],
                condition=models.Q(state="waiting"),
                name="recipients_to_send",
            ),
            models.Index(
                fields=["claimed_at"],
                condition=models.Q(state="sending"),
                name="recipients_in_hand",
            ),
            models.Index(fields=["mailing", "state"], name="recipients_by_state"),
            models.Index(fields=["message_id"], name="recipients_by_message_id"),
            models.Index(fields=["address", "-id"], name="recipients_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id}: {self.pk}"


class MailingLink(models.Model):
    """An address a mailing leads to; `clicks` counts recipients, not their presses."""

    mailing = models.ForeignKey(
        Mailing, models.CASCADE, related_name="links", verbose_name=_("рассылка")
    )
    number = models.PositiveSmallIntegerField(_("№"))
    url = models.CharField(_("адрес"), max_length=1000)
    clicks = models.PositiveIntegerField(_("перешли"), default=0)

    class Meta:
        verbose_name = _("ссылка рассылки")
        verbose_name_plural = _("ссылки рассылок")
        ordering = ["mailing", "number"]
        constraints = [
            models.UniqueConstraint(fields=["mailing", "number"], name="one_number_per_link"),
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id}/{self.number}"


class MailingClick(models.Model):
    """A recipient followed a link."""

    recipient = models.ForeignKey(Recipient, models.CASCADE, related_name="clicks")
    link = models.ForeignKey(MailingLink, models.CASCADE, related_name="+")
    first_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("переход по ссылке")
        verbose_name_plural = _("переходы по ссылкам")
        constraints = [
            models.UniqueConstraint(fields=["recipient", "link"], name="one_click_counted"),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id} → {self.link_id}"
