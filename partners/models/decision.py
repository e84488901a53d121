from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from partners.models.application import Application
from partners.models.partner import Partner
from payments.models.ledger import APPEND_ONLY


class Outcome(models.TextChoices):
    APPROVE = "approve", _("одобрить")
    CORRECT = "correct", _("попросить исправить")
    REJECT = "reject", _("отклонить")


class DecisionReason(models.Model):
    """A coded reason with the words for the applicant: what is wrong, what to do. Staff edit the list."""

    code = models.SlugField(_("код"), max_length=40, unique=True)
    outcome = models.CharField(_("решение"), max_length=10, choices=Outcome)
    title_ru = models.CharField(_("название, рус."), max_length=160)
    title_en = models.CharField(_("название, англ."), max_length=160)
    letter_ru = models.TextField(_("текст письма, рус."))
    letter_en = models.TextField(_("текст письма, англ."))
    # 0: at once; empty: never.
    reapply_days = models.PositiveSmallIntegerField(
        _("снова можно через, дней"), null=True, blank=True, default=0
    )
    is_active = models.BooleanField(_("используется"), default=True)
    position = models.PositiveSmallIntegerField(_("порядок"), default=0)

    class Meta:
        verbose_name = _("причина решения")
        verbose_name_plural = _("причины решений")
        ordering = ["outcome", "position", "id"]

    def __str__(self) -> str:
        return self.title_ru


class Decision(models.Model):
    """What a person decided, why, and the letter that went out. A later one corrects it; none is ever changed."""

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="decisions", verbose_name=_("заявка")
    )
    outcome = models.CharField(_("решение"), max_length=10, choices=Outcome)
    reason = models.ForeignKey(
        DecisionReason, models.PROTECT, null=True, blank=True, verbose_name=_("причина")
    )
    comment = models.TextField(_("для сотрудников"), blank=True)
    subject = models.CharField(_("тема письма"), max_length=200)
    body = models.TextField(_("текст письма"))
    reapply_after = models.DateTimeField(_("снова можно после"), null=True, blank=True)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("исправляет решение")
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("решил")
    )
    decided_at = models.DateTimeField(_("когда"), default=now)

    class Meta:
        verbose_name = _("решение по заявке")
        verbose_name_plural = _("решения по заявкам")
        ordering = ["id"]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.application} · {self.get_outcome_display()}"


class Note(models.Model):
    """What staff want each other to know about an application or a partner."""

    application = models.ForeignKey(
        Application, models.CASCADE, null=True, blank=True, related_name="notes"
    )
    partner = models.ForeignKey(
        Partner, models.CASCADE, null=True, blank=True, related_name="notes"
    )
    text = models.TextField(_("заметка"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("сотрудник")
    )
    created_at = models.DateTimeField(_("когда"), default=now)

    class Meta:
        verbose_name = _("заметка")
        verbose_name_plural = _("заметки")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.text[:60]
