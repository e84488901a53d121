"""Letters: what is written, what came back, how many a minute, and to whom nothing is written any more."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import wall_clock


class MailMessage(models.Model):
    """A letter, written with the event it tells of and sent afterwards; `key` names that event, so it is sent once."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("ждёт отправки")
        SENDING = "sending", _("передаётся")
        SENT = "sent", _("передано серверу")
        UNCLEAR = "unclear", _("неизвестно, ушло ли")
        REFUSED = "refused", _("не принято")
        SUPPRESSED = "suppressed", _("не отправлено: адрес исключён")
        BOUNCED = "bounced", _("вернулось")

    key = models.CharField(_("ключ"), max_length=120, unique=True)
    kind = models.CharField(_("шаблон"), max_length=60)
    to = models.CharField(_("кому"), max_length=254)
    language = models.CharField(_("язык"), max_length=2, default="ru")
    subject = models.CharField(_("тема"), max_length=200)
    # As staff may read it: what opens a door stands here as dots.
    text = models.TextField(_("текст"))
    html = models.TextField(_("разметка"))
    context = models.JSONField(default=dict, editable=False)
    # Dotted path of what fills the hidden words in when the letter is handed in; empty where there are none.
    filler = models.CharField(max_length=200, blank=True, editable=False)
    case = models.CharField(_("дело"), max_length=60, blank=True)
    status = models.CharField(_("состояние"), max_length=10, choices=Status, default=Status.WAITING)
    error = models.CharField(_("ошибка"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(_("попыток"), default=0, db_default=0)
    # As the letter bore it: a returned letter names it.
    message_id = models.CharField("Message-ID", max_length=120, blank=True, db_default="")
    created_at = models.DateTimeField(_("написано"), default=wall_clock)
    sent_at = models.DateTimeField(_("отправлено"), null=True, blank=True)

    class Meta:
        verbose_name = _("письмо")
        verbose_name_plural = _("письма")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["case", "-id"], name="letters_of_a_case"),
            models.Index(fields=["status", "-id"], name="letters_by_status"),
            models.Index(fields=["to", "-id"], name="letters_by_address"),
            models.Index(fields=["message_id"], name="letters_by_message_id"),
        ]

    def __str__(self) -> str:
        return self.subject


class Suppression(models.Model):
    """An address nothing is sent to: letters came back from there, or somebody complained."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("письма возвращаются")
        COMPLAINT = "complaint", _("жалоба на спам")
        STAFF = "staff", _("решение сотрудника")

    address = models.CharField(_("адрес"), max_length=254, unique=True)  # as it travels, lower case
    reason = models.CharField(_("почему"), max_length=10, choices=Reason)
    detail = models.CharField(_("подробности"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("с какого времени"), default=wall_clock)

    class Meta:
        verbose_name = _("исключённый адрес")
        verbose_name_plural = _("исключённые адреса")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.address


class Bounce(models.Model):
    """A delivery report (RFC 3464) that came to our mailbox: one row for each recipient it speaks of."""

    report_id = models.CharField("Message-ID", max_length=250)  # the report's own
    address = models.CharField(_("адрес"), max_length=254)
    action = models.CharField(_("действие"), max_length=20)  # failed, delayed, …
    status = models.CharField(_("код"), max_length=20)  # 5.1.1
    diagnostic = models.CharField(_("что ответил сервер"), max_length=500, blank=True)
    about = models.CharField(_("о письме"), max_length=250, blank=True)  # its Message-ID
    letter = models.ForeignKey(
        MailMessage,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="bounces",
        verbose_name=_("письмо"),
    )
    is_hard = models.BooleanField(_("окончательно"), default=False)
    created_at = models.DateTimeField(_("получено"), default=wall_clock)

    class Meta:
        verbose_name = _("возврат письма")
        verbose_name_plural = _("возвраты писем")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["report_id", "address"], name="one_bounce_per_report"),
        ]
        indexes = [
            models.Index(fields=["address", "-id"], name="bounces_by_address"),
            models.Index(fields=["-created_at"], name="bounces_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.status}"


class MailboxPlace(models.Model):
    """How far a folder of our mailbox has been read for reports; another validity means other numbers."""

    folder = models.CharField(_("папка"), max_length=250, primary_key=True)
    validity = models.BigIntegerField("UIDVALIDITY", default=0)
    uid = models.BigIntegerField("UID", default=0)
    read_at = models.DateTimeField(_("прочитано"), default=wall_clock)

    class Meta:
        verbose_name = _("место в почтовом ящике")
        verbose_name_plural = _("места в почтовом ящике")

    def __str__(self) -> str:
        return self.folder


class MailMinute(models.Model):
    """How many letters were handed in within one minute: what the caps of a day and of a minute count."""

    minute = models.DateTimeField(_("минута"), primary_key=True)
    sent = models.PositiveIntegerField(_("писем"), default=0)
    bulk = models.PositiveIntegerField(_("из них рассылок"), default=0)

    class Meta:
        verbose_name = _("письма за минуту")
        verbose_name_plural = _("письма по минутам")
        ordering = ["-minute"]

    def __str__(self) -> str:
        return f"{self.minute:%d.%m.%Y %H:%M}: {self.sent}"


class MailPause(models.Model):
    """Letters wait until then, because the server said so; gone with the first letter that leaves."""

    class Scope(models.TextChoices):
        ALL = "all", _("все письма")
        BULK = "bulk", _("рассылки")

    class Why(models.TextChoices):
        LIMIT = "limit", _("предел почтового сервера")
        SPAM = "spam", _("похоже на спам")
        SETTINGS = "settings", _("настройки почты не подходят")

    scope = models.CharField(_("что ждёт"), max_length=4, choices=Scope, primary_key=True)
    why = models.CharField(_("почему"), max_length=10, choices=Why)
    said = models.CharField(_("что ответил сервер"), max_length=300, blank=True)
    times = models.PositiveIntegerField(_("раз подряд"), default=1)
    since = models.DateTimeField(_("с какого времени"), default=wall_clock)
    until = models.DateTimeField(_("до какого времени"))

    class Meta:
        verbose_name = _("пауза писем")
        verbose_name_plural = _("паузы писем")

    def __str__(self) -> str:
        return self.get_scope_display()


class Brand(models.Model):
    """How letters look and who signs them: one row, edited by staff."""

    name = models.CharField(_("название"), max_length=80)
    colour = models.CharField(_("цвет кнопок"), max_length=7, default="#0a6ebd")
    logo = models.FileField(_("логотип"), upload_to="brand/", blank=True)
    reply_to = models.CharField(_("адрес для ответов"), max_length=254, blank=True)
    footer_ru = models.TextField(_("подпись, рус."), blank=True)
    footer_en = models.TextField(_("подпись, англ."), blank=True)
    updated_at = models.DateTimeField(_("изменено"), auto_now=True)

    class Meta:
        verbose_name = _("вид писем")
        verbose_name_plural = _("вид писем")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_brand"),
        ]

    def __str__(self) -> str:
        return self.name
