"""Password first, then a code from the phone for whoever has one set up."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django_otp import devices_for_user, user_has_device
from django_otp.forms import OTPAuthenticationFormMixin
from django_otp.models import Device
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.forms import AuthenticationForm
from unfold.widgets import UnfoldAdminTextInputWidget

CODE_DIGITS = 6

OTP_ERRORS = {
    **OTPAuthenticationFormMixin.otp_error_messages,
    "token_required": _("Введите код из приложения или код восстановления."),
    "invalid_token": _("Код не подошёл. Подождите следующего и попробуйте ещё раз."),
    "device_required": _("Такого способа входа у вас нет."),
    "verification_not_allowed": _("Проверка кода сейчас недоступна."),
    "n_failed_attempts": ngettext_lazy(
        "Слишком много неверных кодов (%(failure_count)d). Подождите немного.",
        "Слишком много неверных кодов (%(failure_count)d). Подождите немного.",
        "failure_count",
    ),
}


class CodeField(forms.CharField):
    """Six digits of an authenticator app, or a recovery code."""

    def __init__(self, **options: Any) -> None:
        widget = UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false"}
        )
        super().__init__(label=_("Код из приложения"), max_length=32, widget=widget, **options)

    def clean(self, value: Any) -> Any:
        return "".join(str(super().clean(value) or "").split()).lower()


class SignInForm(AuthenticationForm, OTPAuthenticationFormMixin):  # type: ignore[misc]
    """The code is asked of whoever has a device, whether or not the installation demands one of everybody."""

    otp_token = CodeField(
        required=False, help_text=_("Если вход в два шага включён. Подойдёт и код восстановления.")
    )
    otp_error_messages = OTP_ERRORS

    def _update_form(self, user: Any) -> None:
        """The mixin would write the password back into the page, to save typing it again. It may be typed again."""

    def clean(self) -> dict[str, Any]:
        self.cleaned_data = super().clean()
        user = self.get_user()
        if user is not None and user_has_device(user):
            code = self.cleaned_data.get("otp_token", "")
            if device := device_for(user, code):
                self.cleaned_data["otp_device"] = device.persistent_id
            self.clean_otp(user)
        return cast("dict[str, Any]", self.cleaned_data)


def device_for(user: AbstractBaseUser, code: str) -> Device | None:
    """The one device a code of this shape can belong to: trying them all would throttle the others."""
    is_app = len(code) == CODE_DIGITS and code.isdigit()
    return next(
        (device for device in devices_for_user(user) if isinstance(device, TOTPDevice) == is_app),
        None,
    )
