"""What the bot sent: the journal that keeps a message from being sent twice, and from being forgotten."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now, wall_clock
from payments.models import Customer, Payment


class Message(models.Model):
    """One message of the bot that matters later: an invoice on the screen, or news sent by a worker.

    `key` names what is said once only: whoever inserts it first may send. `message_id` is empty before the message
    is sent, and again once the same message shows something else.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("счёт")
        ACCESS = "access", _("ссылка доступа")
        DELAYED = "delayed", _("доступ задерживается")
        FAILED = "failed", _("платёж не прошёл")
        EXPIRED = "expired", _("счёт истёк")
        REVIEW = "review", _("платёж на проверке")
        FOUND = "found", _("деньги найдены")
        REFUNDED = "refunded", _("возврат")
        REFERRAL = "referral", _("бонус за друга")
        GIFT = "gift", _("подарок")
        DAYS = "days", _("дни без оплаты")
        ANSWER = "answer", _("ответ сотрудника")
        RENEWAL = "renewal", _("автопродление")
        HOLD = "hold", _("замороженные деньги")
        REMINDER = "reminder", _("напоминание")
        STAFF = "staff", _("уведомление сотрудникам")
        LEAD = "lead", _("обращение партнёру")

    class State(models.TextChoices):
        QUEUED = "queued", _("ждёт отправки")
        SENDING = "sending", _("отправляется")
        SENT = "sent", _("отправлено")
        UNCERTAIN = "uncertain", _("неизвестно, дошло ли")
        FAILED = "failed", _("не отправлено")

    key = models.CharField(_("ключ"), max_length=80, unique=True)
    kind = models.CharField(_("вид"), max_length=10, choices=Kind)
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bot_messages",
        verbose_name=_("клиент"),
    )
    payment = models.ForeignKey(
        Payment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bot_messages",
        verbose_name=_("платёж"),
    )
    chat_id = models.BigIntegerField(_("чат"))
    message_id = models.BigIntegerField(_("номер в чате"), null=True, blank=True)
    state = models.CharField(_("состояние"), max_length=10, choices=State, default=State.QUEUED)
    text = models.TextField(_("текст"), blank=True)
    error = models.CharField(_("ошибка"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(_("попыток"), default=0)
    claimed_at = models.DateTimeField(_("взято в работу"), default=wall_clock)
    created_at = models.DateTimeField(_("создано"), default=now)
    sent_at = models.DateTimeField(_("отправлено"), null=True, blank=True)

    class Meta:
        verbose_name = _("сообщение бота")
        verbose_name_plural = _("сообщения бота")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["chat_id", "message_id"],
                condition=models.Q(kind="invoice"),
                name="invoices_on_screen",
            ),
            models.Index(fields=["state", "-id"], name="messages_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} № {self.pk}"
