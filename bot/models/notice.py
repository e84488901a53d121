"""What staff are told: first written here, then sent to the group's topic, or by e-mail where Telegram is down."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now, wall_clock


class Topic(models.TextChoices):
    """The topics of the staff group."""

    PAYMENT = "payment", _("оплата")
    PROBLEM = "problem", _("проблема")
    REFUND = "refund", _("возврат")
    PARTNER = "partner", _("партнёр")
    LEAD = "lead", _("обращения")
    SYSTEM = "system", _("система")


class Notice(models.Model):
    """One notice; the same again within its window only raises `count` and edits what stands in the chat."""

    class State(models.TextChoices):
        WAITING = "waiting", _("ждёт отправки")
        SENT = "sent", _("в группе")
        MAILED = "mailed", _("письмом")
        SILENT = "silent", _("никому")  # neither a group nor an address is set

    key = models.CharField(_("ключ"), max_length=100, unique=True)  # what it is of, and its window
    topic = models.CharField(_("тема"), max_length=10, choices=Topic)
    title = models.CharField(_("заголовок"), max_length=150)
    text = models.TextField(_("текст"), blank=True)  # Telegram's HTML
    url = models.CharField(_("страница"), max_length=300, blank=True)
    case = models.CharField(_("дело"), max_length=60, blank=True)
    count = models.PositiveIntegerField(_("сколько раз"), default=1)
    shown_count = models.PositiveIntegerField(default=0, editable=False)  # what the chat shows
    state = models.CharField(_("состояние"), max_length=10, choices=State, default=State.WAITING)
    chat_id = models.BigIntegerField(_("чат"), null=True, blank=True)
    message_id = models.BigIntegerField(_("номер в чате"), null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("взял в работу"),
    )
    taken_name = models.CharField(
        _("кто взял"), max_length=100, blank=True
    )  # as Telegram names him
    taken_at = models.DateTimeField(_("взято"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("попыток"), default=0)
    error = models.CharField(_("ошибка"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("создано"), default=now)
    last_at = models.DateTimeField(_("последний раз"), default=now)
    claimed_at = models.DateTimeField(default=wall_clock, editable=False)
    sent_at = models.DateTimeField(_("отправлено"), null=True, blank=True)

    class Meta:
        verbose_name = _("уведомление сотрудникам")
        verbose_name_plural = _("уведомления сотрудникам")
        ordering = ["-last_at", "-id"]
        indexes = [
            models.Index(fields=["topic", "-id"], name="notices_by_topic"),
            models.Index(fields=["state", "-id"], name="notices_by_state"),
        ]

    def __str__(self) -> str:
        return self.title


class NoticeSource(models.Model):
    """An event that a notice has counted: told twice, it counts once."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="sources")
    event = models.CharField(max_length=100, unique=True)

    class Meta:
        verbose_name = _("событие уведомления")
        verbose_name_plural = _("события уведомлений")

    def __str__(self) -> str:
        return self.event


class StaffTopic(models.Model):
    """The thread of a topic in the staff group, made by the bot when it is first needed."""

    chat_id = models.BigIntegerField(_("чат"))
    topic = models.CharField(_("тема"), max_length=10, choices=Topic)
    thread_id = models.BigIntegerField(_("ветка"))
    created_at = models.DateTimeField(_("создана"), default=wall_clock)

    class Meta:
        verbose_name = _("тема группы сотрудников")
        verbose_name_plural = _("темы группы сотрудников")
        constraints = [
            models.UniqueConstraint(fields=["chat_id", "topic"], name="one_thread_per_topic"),
        ]

    def __str__(self) -> str:
        return f"{self.get_topic_display()}"
