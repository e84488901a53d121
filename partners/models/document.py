from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from partners.models.application import Application
from partners.models.partner import Partner


class Document(models.Model):
    """A file an applicant or a partner gave us: its bytes are in private storage, never under a public address."""

    class Kind(models.TextChoices):
        REGISTRATION = "registration", _("свидетельство о регистрации")
        LICENCE = "licence", _("лицензия или допуск СРО")
        CERTIFICATE = "certificate", _("сертификат")
        PORTFOLIO = "portfolio", _("пример работ")
        LOGO = "logo", _("логотип")
        OTHER = "other", _("другое")

    class Status(models.TextChoices):
        WAITING = "waiting", _("скачаем")
        STORED = "stored", _("получен")
        REFUSED = "refused", _("не принят")  # wrong type, too large, an address we do not open

    class Review(models.TextChoices):
        UNSEEN = "unseen", _("не проверен")
        VERIFIED = "verified", _("подтверждён")
        REJECTED = "rejected", _("отклонён")

    application = models.ForeignKey(
        Application,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
        verbose_name=_("заявка"),
    )
    partner = models.ForeignKey(
        Partner,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
        verbose_name=_("партнёр"),
    )
    kind = models.CharField(_("вид"), max_length=12, choices=Kind, default=Kind.OTHER)
    status = models.CharField(_("файл"), max_length=10, choices=Status, default=Status.STORED)
    name = models.CharField(_("имя файла"), max_length=200, blank=True)
    file = models.FileField(_("файл"), upload_to="partners/documents/%Y/%m/", blank=True)
    content_type = models.CharField(
        _("тип"), max_length=100, blank=True
    )  # as its bytes say, not as it was called
    size = models.PositiveIntegerField(_("байт"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    source_url = models.URLField(_("откуда скачан"), max_length=1000, blank=True)
    attempts = models.PositiveSmallIntegerField(_("попыток"), default=0)
    not_before = models.DateTimeField(_("не раньше"), default=now)
    error = models.CharField(_("почему не принят"), max_length=300, blank=True)
    review = models.CharField(_("проверка"), max_length=10, choices=Review, default=Review.UNSEEN)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("проверил"),
    )
    reviewed_at = models.DateTimeField(_("проверен"), null=True, blank=True)
    review_note = models.CharField(_("замечание"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("получен"), default=now)

    class Meta:
        verbose_name = _("документ")
        verbose_name_plural = _("документы")
        ordering = ["-id"]
        permissions = [("verify_document", "Может подтверждать документы")]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "source_url"],
                condition=~models.Q(source_url=""),
                name="one_document_per_link",
            ),
            models.CheckConstraint(
                condition=models.Q(application__isnull=False) | models.Q(partner__isnull=False),
                name="document_belongs_to_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=models.Q(status="waiting"),
                name="documents_to_fetch",
            )
        ]

    def __str__(self) -> str:
        return self.name or f"№ {self.pk}"
