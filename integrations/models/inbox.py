"""What came in. It outlives every crash; Redis may forget, this table does not."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.callbacks import RawCallback
from integrations.clock import wall_clock


class InboundCallback(models.Model):
    """An inbound call, kept as it arrived: the accepted ones until a worker has applied them, and after."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("принят")
        REJECTED = "rejected", _("отклонён")
        MALFORMED = "malformed", _("не читается")

    class Status(models.TextChoices):
        RECEIVED = "received", _("ждёт обработки")
        WAITING = "waiting", _("ждёт повтора")
        CONFIRMING = "confirming", _("спрашиваем платёжную систему")
        APPLIED = "applied", _("обработан")
        UNKNOWN = "unknown", _("заказ не найден")
        DEAD = "dead", _("нужен человек")
        REFUSED = "refused", _("не обрабатывается")

    source = models.CharField(_("источник"), max_length=40)
    kind = models.CharField(_("вид"), max_length=40, blank=True)
    digest = models.CharField(_("SHA-256 тела"), max_length=64)
    verdict = models.CharField(
        _("проверка"), max_length=10, choices=Verdict, default=Verdict.ACCEPTED
    )
    verdict_reason = models.CharField(_("почему"), max_length=200, blank=True)
    headers = models.JSONField(_("заголовки"))
    body = models.BinaryField(_("тело"))
    remote_addr = models.GenericIPAddressField(_("адрес отправителя"), null=True)
    request_id = models.CharField(_("номер запроса"), max_length=36, blank=True)
    deliveries = models.PositiveIntegerField(_("доставок"), default=1)
    status = models.CharField(
        _("состояние"), max_length=10, choices=Status, default=Status.RECEIVED
    )
    outcome = models.CharField(_("чем кончилось"), max_length=200, blank=True)
    attempts = models.PositiveIntegerField(_("попыток"), default=0)
    not_before = models.DateTimeField(_("не раньше"), default=wall_clock)
    error = models.TextField(_("ошибка"), blank=True)
    case = models.CharField(_("дело"), max_length=60, blank=True)
    received_at = models.DateTimeField(_("получен"), default=wall_clock)
    last_delivery_at = models.DateTimeField(_("последняя доставка"), default=wall_clock)
    applied_at = models.DateTimeField(_("обработан"), null=True)

    class Meta:
        verbose_name = _("входящий вызов")
        verbose_name_plural = _("входящие вызовы")
        ordering = ["-id"]
        permissions = [("replay", "Может повторять вызовы и действия")]
        constraints = [
            # The verdict is part of the key: a forged copy of a genuine body must not take its place.
            models.UniqueConstraint(
                fields=["source", "kind", "digest", "verdict"], name="one_row_per_call"
            ),
        ]
        indexes = [
            models.Index(
                fields=["source", "not_before", "id"],
                condition=models.Q(status__in=["received", "waiting", "confirming"]),
                name="callbacks_to_apply",
            ),
            models.Index(fields=["case", "-id"], name="callbacks_of_a_case"),
            models.Index(fields=["verdict", "-received_at"], name="callbacks_by_verdict"),
            models.Index(fields=["status", "-id"], name="callbacks_by_status"),
            models.Index(fields=["source", "-received_at"], name="callbacks_by_source"),
        ]

    def __str__(self) -> str:
        return f"{self.source} № {self.pk}"

    def as_raw(self) -> RawCallback:
        """The request again, for an adapter. Secret headers were masked when it was stored."""
        return RawCallback(
            body=bytes(self.body),
            headers=self.headers,
            kind=self.kind,
            remote_addr=self.remote_addr or "",
        )
