"""A staff member's own second step: the app, its QR code, and recovery codes on paper."""

from __future__ import annotations

from base64 import b32encode
from typing import Any

import django_otp
import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import AccessMixin
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from project.login import OTP_ERRORS, CodeField, device_for

RECOVERY_CODES = 10
DEVICE_NAME = "app"


class CodeForm(forms.Form):
    code = CodeField()


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class TwoFactorView(AccessMixin, View):
    """Set up, renew recovery codes, switch off. Every step needs a fresh code; a key is shown only before use."""

    site: Any = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        if not (user.is_active and user.is_staff):
            return self.to_login(request)
        self.device = confirmed_device(user)
        if self.device is not None and not user.is_verified():
            return self.to_login(request)
        return super().dispatch(request, *args, **kwargs)

    def to_login(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(f"{reverse('admin:login')}?next={request.path}")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CodeForm(request.POST)
        device = self.device or pending_device(request.user)
        if not form.is_valid() or not self.is_right(form, device):
            return self.show(request, form)
        if self.device is None:
            with transaction.atomic():
                TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
                codes = new_recovery_codes(request.user)
            device.confirmed = True
            django_otp.login(request, device)
            messages.success(request, _("Вход в два шага включён."))
            return self.show(request, CodeForm(), device=device, codes=codes)
        if request.POST.get("do") == "off":
            return self.switch_off(request)
        return self.show(request, CodeForm(), codes=new_recovery_codes(request.user))

    def is_right(self, form: CodeForm, device: TOTPDevice) -> bool:
        """One try with the app's throttle and replay protection; a recovery code serves where one is in use."""
        code = form.cleaned_data["code"]
        user: Any = self.request.user
        chosen = (device_for(user, code) if self.device else device) or device
        allowed, _extra = chosen.verify_is_allowed()
        if allowed and chosen.verify_token(code):
            return True
        form.add_error("code", OTP_ERRORS["invalid_token"])
        return False

    def switch_off(self, request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            TOTPDevice.objects.filter(user=request.user).delete()
            StaticDevice.objects.filter(user=request.user).delete()
        messages.success(request, _("Вход в два шага выключен. Настройте его на новом телефоне."))
        return HttpResponseRedirect(reverse("admin:two_factor"))

    def show(
        self,
        request: HttpRequest,
        form: CodeForm,
        *,
        device: TOTPDevice | None = None,
        codes: list[str] | None = None,
    ) -> HttpResponse:
        device = device or self.device
        context = {
            **self.site.each_context(request),
            "title": _("Вход в два шага"),
            "form": form,
            "is_on": device is not None,
            "is_required": settings.ADMIN_REQUIRE_2FA,
            "codes": codes,
            "codes_left": StaticToken.objects.filter(device__user=request.user).count(),
        }
        if device is None:
            fresh = pending_device(request.user)
            context["qr"] = segno.make(fresh.config_url, error="m").svg_data_uri(scale=4)
            context["key"] = grouped(fresh)
        return TemplateResponse(request, "admin/two_factor.html", context)


def confirmed_device(user: Any) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def pending_device(user: Any) -> TOTPDevice:
    """The key being set up; the same one until it is confirmed, so that a reload breaks nothing."""
    device, _created = TOTPDevice.objects.get_or_create(
        user=user, confirmed=False, defaults={"name": DEVICE_NAME}
    )
    return device


def new_recovery_codes(user: Any) -> list[str]:
    """Ten codes that open the door once each; the earlier ones stop working."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery")
    codes = [StaticToken.random_token() for _number in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=device, token=code) for code in codes])
    return codes


def grouped(device: TOTPDevice) -> str:
    """The key as apps take it by hand: base32 in groups of four."""
    text = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
