"""Who may come in: programs by a token, partners by a letter."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now, wall_clock
from partners.models.partner import Partner


class ApiToken(models.Model):
    """A key of the API. Its text is shown once, when it is made; only its SHA-256 is kept."""

    class Scope(models.TextChoices):
        PARTNERS_READ = "partners:read", _("искать и читать партнёров")
        PARTNERS_WRITE = "partners:write", _("регистрировать и менять партнёров")
        LEADS_READ = "leads:read", _("читать обращения")
        LEADS_WRITE = "leads:write", _("создавать обращения и подбирать партнёров")
        PAYMENTS_READ = "payments:read", _("читать тарифы и платежи")

    name = models.CharField(_("чей"), max_length=100)
    prefix = models.CharField(_("начало"), max_length=12)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope), verbose_name=_("что разрешено")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("выдал")
    )
    created_at = models.DateTimeField(_("выдан"), default=now)
    expires_at = models.DateTimeField(_("действует до"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("использован"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("отозван"), null=True, blank=True)

    class Meta:
        verbose_name = _("ключ API")
        verbose_name_plural = _("ключи API")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} · {self.prefix}…"


def new_nonce() -> str:
    return secrets.token_urlsafe(24)


class SignInLink(models.Model):
    """A one-time door to the cabinet. Its link is signed from `nonce` when the letter leaves, and is stored nowhere."""

    partner = models.ForeignKey(
        Partner, models.CASCADE, related_name="sign_in_links", verbose_name=_("партнёр")
    )
    nonce = models.CharField(max_length=40, unique=True, default=new_nonce, editable=False)
    remote_addr = models.GenericIPAddressField(_("кто просил"), null=True)
    created_at = models.DateTimeField(_("запрошен"), default=now)
    expires_at = models.DateTimeField(_("действует до"))
    used_at = models.DateTimeField(_("использован"), null=True, blank=True)

    class Meta:
        verbose_name = _("вход партнёра")
        verbose_name_plural = _("входы партнёров")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.partner_id} · {self.created_at:%d.%m.%Y %H:%M}"


class SignInRequest(models.Model):
    """Somebody asked for a link by an address, known to us or not: what the limits count. Kept for a day."""

    email = models.CharField(max_length=254)  # lower case
    remote_addr = models.GenericIPAddressField(null=True)  # IPv6: its /64
    language = models.CharField(max_length=2, default="ru")
    next = models.CharField(max_length=200, blank=True)  # the page of the cabinet that was wanted
    created_at = models.DateTimeField(default=wall_clock)

    class Meta:
        verbose_name = _("просьба о входе")
        verbose_name_plural = _("просьбы о входе")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["email", "created_at"], name="sign_in_by_email"),
            models.Index(fields=["remote_addr", "created_at"], name="sign_in_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%d.%m.%Y %H:%M}"


class Allowance(models.Model):
    """How many requests a key or an address has made in its present minute. One row each, used again and again."""

    who = models.CharField(max_length=60, unique=True)
    started_at = models.DateTimeField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("обращения к API за минуту")
        verbose_name_plural = _("обращения к API за минуту")
        indexes = [models.Index(fields=["started_at"], name="allowances_by_age")]

    def __str__(self) -> str:
        return f"{self.who}: {self.used}"
