from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now


class TildaPage(models.Model):
    """A page exported from Tilda whose look our own pages wear; its assets are kept beside it."""

    class Role(models.TextChoices):
        NONE = "", _("не используется")
        PARTNER = "partner", _("страница партнёра")
        CATALOGUE = "catalogue", _("каталог")

    project_id = models.CharField(_("проект"), max_length=20)
    page_id = models.CharField(_("страница"), max_length=20, unique=True)
    role = models.CharField(
        _("где используется"), max_length=10, choices=Role, blank=True, default=Role.NONE
    )
    title = models.CharField(_("название"), max_length=300, blank=True)
    html = models.TextField(_("разметка"), blank=True)  # asset links already ours
    published = models.CharField(_("опубликована в Tilda"), max_length=20, blank=True)
    wanted_at = models.DateTimeField(
        _("обновить не раньше"), null=True, blank=True
    )  # null: up to date
    attempts = models.PositiveSmallIntegerField(_("попыток"), default=0)
    error = models.CharField(_("ошибка"), max_length=300, blank=True)
    fetched_at = models.DateTimeField(_("получена"), null=True, blank=True)
    created_at = models.DateTimeField(_("замечена"), default=now)

    class Meta:
        verbose_name = _("страница Tilda")
        verbose_name_plural = _("страницы Tilda")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["role"], condition=~models.Q(role=""), name="one_look_per_role"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.page_id


class TildaAsset(models.Model):
    """A picture, style or script of an exported page, under an address of ours."""

    page = models.ForeignKey(TildaPage, models.CASCADE, related_name="assets")
    source_url = models.URLField(_("откуда"), max_length=1000)
    name = models.CharField(_("имя"), max_length=200)
    content_type = models.CharField(_("тип"), max_length=100)
    file = models.FileField(_("файл"), upload_to="partners/look/")
    size = models.PositiveIntegerField(_("байт"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta:
        verbose_name = _("файл страницы Tilda")
        verbose_name_plural = _("файлы страниц Tilda")
        constraints = [
            models.UniqueConstraint(fields=["page", "name"], name="one_asset_per_name"),
        ]

    def __str__(self) -> str:
        return self.name
