"""The words by which a message is understood. Data that staff edit, never code."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import wall_clock


class Keyword(models.Model):
    """A phrase by which a message is understood; its words are compared in any of their forms."""

    class Meaning(models.TextChoices):
        CLIENT = "client", _("клиент")
        PARTNER = "partner", _("будущий партнёр")
        SPECIALISATION = "spec", _("специализация")
        CATEGORY = "category", _("категория")
        REGION = "region", _("регион")

    meaning = models.CharField(_("о чём говорит"), max_length=10, choices=Meaning)
    phrase = models.CharField(_("слово или выражение"), max_length=120)
    specialisation = models.ForeignKey(
        "partners.Specialisation",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="keywords",
        verbose_name=_("специализация"),
    )
    category = models.ForeignKey(
        "partners.Category",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="keywords",
        verbose_name=_("категория"),
    )
    region = models.ForeignKey(
        "partners.Region",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="keywords",
        verbose_name=_("регион"),
    )
    is_active = models.BooleanField(_("используется"), default=True)
    updated_at = models.DateTimeField(_("изменено"), default=wall_clock)

    class Meta:
        verbose_name = _("ключевое слово")
        verbose_name_plural = _("ключевые слова")
        ordering = ["meaning", "phrase"]
        constraints = [
            models.UniqueConstraint(
                fields=["meaning", "phrase", "specialisation", "category", "region"],
                name="one_keyword",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(
                    meaning__in=["client", "partner"],
                    specialisation=None,
                    category=None,
                    region=None,
                )
                | models.Q(meaning="spec", specialisation__isnull=False, category=None, region=None)
                | models.Q(
                    meaning="category", specialisation=None, category__isnull=False, region=None
                )
                | models.Q(
                    meaning="region", specialisation=None, category=None, region__isnull=False
                ),
                name="keyword_means_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.phrase
