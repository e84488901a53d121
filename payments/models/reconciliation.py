"""What a comparison of the provider, our books and the panel found, kept until a person has signed it off."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from payments.models.payment import Payment
from payments.models.subscription import Subscription


class Statement(models.Model):
    """A provider's list of payments that a person uploaded, for providers that cannot be asked for one."""

    provider = models.CharField(_("платёжная система"), max_length=40)
    name = models.CharField(_("имя файла"), max_length=200)
    sha256 = models.CharField(max_length=64, editable=False)
    rows = models.JSONField(_("строки"), default=list)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("загрузил")
    )
    uploaded_at = models.DateTimeField(_("загружена"), default=now)
    kept_at = models.DateTimeField(
        _("принята"), null=True, blank=True
    )  # empty: somebody still looks at the preview

    class Meta:
        verbose_name = _("выписка")
        verbose_name_plural = _("выписки")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "sha256"], name="statement_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ReconciliationRun(models.Model):
    """One comparison over one period. `subject` is a provider's slug, or "panel"."""

    class Status(models.TextChoices):
        RUNNING = "running", _("идёт")
        DONE = "done", _("готова")
        FAILED = "failed", _("не удалась")

    subject = models.CharField(_("с чем сверяем"), max_length=40)
    since = models.DateTimeField(_("с"))
    until = models.DateTimeField(_("по"))
    status = models.CharField(_("состояние"), max_length=10, choices=Status, default=Status.RUNNING)
    statement = models.ForeignKey(
        Statement, models.PROTECT, null=True, blank=True, verbose_name=_("выписка")
    )
    theirs = models.PositiveIntegerField(_("строк у них"), default=0)
    ours = models.PositiveIntegerField(_("строк у нас"), default=0)
    error = models.CharField(_("ошибка"), max_length=500, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("запустил"),
    )
    started_at = models.DateTimeField(_("начата"), default=now)
    lease_until = models.DateTimeField(
        _("занята до"), null=True, blank=True, editable=False
    )  # by the wall clock; a run whose lease has ended may be taken up by another process
    finished_at = models.DateTimeField(_("закончена"), null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("подписал"),
    )
    signed_at = models.DateTimeField(_("подписана"), null=True, blank=True)
    note = models.CharField(_("пояснение"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("сверка")
        verbose_name_plural = _("сверки")
        ordering = ["-id"]
        permissions = [
            ("sign_reconciliation", "Может подписывать сверки"),
            ("run_reconciliation", "Может проводить сверки и разбирать расхождения"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject"],
                condition=models.Q(status="running"),
                name="one_running_reconciliation",
            ),
        ]
        indexes = [models.Index(fields=["subject", "-id"], name="reconciliations_by_subject")]

    def __str__(self) -> str:
        return f"№ {self.pk}"

    @property
    def open_lines(self) -> models.QuerySet[ReconciliationLine]:
        """Differences that nobody has ended yet."""
        return self.lines.filter(resolved_at=None)


class ReconciliationLine(models.Model):
    """One difference. `key` recognises the same difference in a later run."""

    class Kind(models.TextChoices):
        MISSING_HERE = "missing_here", _("нет у нас")
        PAID_THERE = "paid_there", _("оплачено у них, не у нас")
        MISSING_THERE = "missing_there", _("нет у них")
        REFUNDED_THERE = "refunded_there", _("возвращено у них, не у нас")
        REFUNDED_HERE = "refunded_here", _("возвращено у нас, не у них")
        AMOUNT = "amount", _("расходится сумма")
        DATE = "date", _("расходится дата")
        ACCESS_WITHOUT_MONEY = "access_no_money", _("доступ без денег")
        MONEY_WITHOUT_ACCESS = "money_no_access", _("деньги без доступа")
        PANEL_DATE = "panel_date", _("на панели другой срок")

    class How(models.TextChoices):
        FIXED = "fixed", _("исправлено")
        EXPLAINED = "explained", _("объяснено")
        GONE = "gone", _("больше не расходится")

    run = models.ForeignKey(
        ReconciliationRun, models.PROTECT, related_name="lines", verbose_name=_("сверка")
    )
    kind = models.CharField(_("что расходится"), max_length=16, choices=Kind)
    key = models.CharField(_("ключ"), max_length=160)
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("платёж")
    )
    subscription = models.ForeignKey(
        Subscription,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("подписка"),
    )
    reference = models.CharField(_("номер"), max_length=100, blank=True)
    ours = models.CharField(_("у нас"), max_length=200, blank=True)
    theirs = models.CharField(_("у них"), max_length=200, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("разобрал"),
    )
    resolved_at = models.DateTimeField(_("разобрано"), null=True, blank=True)
    how = models.CharField(
        _("чем кончилось"), max_length=10, choices=How, blank=True, default="", db_default=""
    )
    resolution = models.CharField(_("как разобрано"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("расхождение")
        verbose_name_plural = _("расхождения")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="difference_once_per_run"),
        ]
        indexes = [
            models.Index(
                fields=["run"], condition=models.Q(resolved_at=None), name="differences_open"
            ),
            models.Index(fields=["key", "-id"], name="differences_by_key"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"


class ListedRow(models.Model):
    """What the other side lists, kept while a run compares it: the database joins what memory could not hold.

    A provider's row: `reference` is our order number, `refunded` what of the sum has gone back (empty where its list
    does not say). A panel's row: `external_id` is the user's name there, `kind` its status, `at` its end.
    """

    run = models.ForeignKey(ReconciliationRun, models.CASCADE, related_name="listed")
    external_id = models.CharField(max_length=100, blank=True)
    reference = models.CharField(max_length=128, blank=True)
    kind = models.CharField(max_length=10)
    amount = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    currency = models.CharField(max_length=3, blank=True)
    refunded = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("строка чужого списка")
        verbose_name_plural = _("строки чужих списков")
        indexes = [
            models.Index(fields=["run", "external_id"], name="listed_by_external_id"),
            models.Index(fields=["run", "reference"], name="listed_by_reference"),
        ]

    def __str__(self) -> str:
        return self.reference or self.external_id
