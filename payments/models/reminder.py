from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from payments.models.subscription import Subscription


class Reminder(models.Model):
    """One reminder about one end of one subscription. The row is written first, so that it is never sent twice."""

    class Kind(models.TextChoices):
        WEEK = "d7", _("за 7 дней")
        THREE_DAYS = "d3", _("за 3 дня")
        DAY = "d1", _("за день")
        TODAY = "d0", _("в день окончания")
        ENDED = "ended", _("доступ закончился")
        AFTER = "after3", _("через 3 дня после")

    class Status(models.TextChoices):
        PLANNED = "planned", _("отправляется")
        SENT = "sent", _("отправлено")
        SKIPPED = "skipped", _("не понадобилось")
        UNCLEAR = "unclear", _("неизвестно, дошло ли")
        FAILED = "failed", _("не отправлено")

    class Channel(models.TextChoices):
        TELEGRAM = "telegram", "Telegram"
        EMAIL = "email", _("e-mail")

    class Why(models.TextChoices):
        """Why it was not sent. An outside service's own words may stand in `note` instead."""

        LATE = "late", _("не успели вовремя: система не работала")
        JUST_BOUGHT = "just_bought", _("срок начался только что")
        RENEWED = "renewed", _("срок уже другой")
        IN_REVIEW = "in_review", _("деньги клиента на проверке")
        SWITCHED_OFF = "switched_off", _("клиент выключил напоминания")
        NOT_SENT_HERE = "not_sent_here", _("такие напоминания выключены")
        ENDED_ALREADY = "ended_already", _("срок закончился раньше")
        RENEWS_ITSELF = "renews_itself", _("срок продлится сам")
        TAKEN_BACK = "taken_back", _("дни сняты: об этом сказано отдельно")
        NOBODY_THERE = "nobody_there", _("бот заблокирован, адреса нет")
        NO_MAIL = "no_mail", _("бот заблокирован, почта не настроена")

    subscription = models.ForeignKey(
        Subscription, models.PROTECT, related_name="reminders", verbose_name=_("подписка")
    )
    ends_at = models.DateTimeField(_("о сроке до"))
    kind = models.CharField(_("какое"), max_length=10, choices=Kind)
    status = models.CharField(_("состояние"), max_length=10, choices=Status, default=Status.PLANNED)
    channel = models.CharField(_("куда"), max_length=10, choices=Channel, blank=True)
    note = models.CharField(_("пояснение"), max_length=200, choices=Why, blank=True)
    created_at = models.DateTimeField(_("создано"), default=now)
    sent_at = models.DateTimeField(_("отправлено"), null=True, blank=True)

    class Meta:
        verbose_name = _("напоминание")
        verbose_name_plural = _("напоминания")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(status="planned"), name="reminders_to_send"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "ends_at", "kind"], name="reminder_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription} · {self.get_kind_display()}"
