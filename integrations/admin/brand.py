"""How letters look: one row, edited with a look at the result."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from integrations.mail.addresses import NotAnAddress, travelling
from integrations.mail.brand import COLOUR, READABLE, BadLogo, contrast, keep_logo, look
from integrations.models import Brand

BAD_LOGO = {
    "large": gettext_lazy("Файл слишком большой: нужен не больше 300 КБ и 4 мегапикселей."),
    "kind": gettext_lazy("Нужна картинка PNG или JPEG."),
    "broken": gettext_lazy("Картинка не читается. Сохраните её заново и загрузите ещё раз."),
}


OWN = ("name", "colour", "reply_to", "footer_ru", "footer_en")


class BrandForm(forms.ModelForm):  # type: ignore[type-arg]
    logo_file = forms.FileField(
        label=gettext_lazy("Логотип"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=gettext_lazy("PNG или JPEG до 300 КБ. Без логотипа письмо открывает название."),
    )
    drops_logo = forms.BooleanField(label=gettext_lazy("Убрать логотип"), required=False)

    class Meta:
        model = Brand
        fields = OWN
        widgets = {
            "name": UnfoldAdminTextInputWidget,
            "colour": UnfoldAdminTextInputWidget,
            "reply_to": UnfoldAdminTextInputWidget,
            "footer_ru": UnfoldAdminTextareaWidget,
            "footer_en": UnfoldAdminTextareaWidget,
        }
        help_texts = {
            "colour": gettext_lazy("Например, #0a6ebd. Белый текст на кнопке должен читаться."),
            "reply_to": gettext_lazy(
                "Куда придут ответы. Пусто – в ящик, с которого уходят письма."
            ),
            "footer_ru": gettext_lazy("Внизу каждого письма: кто пишет, как связаться."),
        }

    def clean_colour(self) -> str:
        colour = str(self.cleaned_data["colour"]).strip().lower()
        if not COLOUR.fullmatch(colour):
            raise forms.ValidationError(_("Нужны шесть цифр цвета, например #0a6ebd."))
        measured = contrast(colour, "#ffffff")
        if measured < READABLE:
            raise forms.ValidationError(
                _("Белый текст на этом цвете не прочесть: контраст %(has).1f, нужен %(need)s.")
                % {"has": measured, "need": READABLE}
            )
        return colour

    def clean_reply_to(self) -> str:
        text = str(self.cleaned_data["reply_to"]).strip()
        if not text:
            return ""
        try:
            return travelling(text)
        except NotAnAddress:
            raise forms.ValidationError(
                _("Это не адрес e-mail. Проверьте его и введите ещё раз.")
            ) from None

    def clean_logo_file(self) -> str:
        file = self.cleaned_data["logo_file"]
        if not isinstance(file, UploadedFile):
            return ""
        try:
            return keep_logo(file.read())
        except BadLogo as error:
            raise forms.ValidationError(BAD_LOGO[error.code]) from None


@admin.register(Brand)
class BrandAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold is untyped
    """One row at most: until it is there, letters wear the built-in look."""

    form = BrandForm
    change_form_template = "admin/office/brand.html"
    list_display = ("name", "colour", "reply_to", "updated_at")
    list_fullwidth = True
    actions = None
    warn_unsaved_form = True

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A list of one row is a detour: its address shows the form itself."""
        row = Brand.objects.first()
        if row is not None:
            return self.changeform_view(request, str(row.pk), "", extra_context)  # type: ignore[no-any-return]
        if self.has_add_permission(request):
            return self.changeform_view(request, None, "", extra_context)  # type: ignore[no-any-return]
        return super().changelist_view(request, extra_context)  # type: ignore[no-any-return]

    def has_add_permission(self, request: HttpRequest) -> bool:
        may = bool(request.user.has_perm("integrations.change_brand"))
        return may and not Brand.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Who may only look sees what is kept, not what a file is chosen with."""
        if not self.has_change_permission(request, obj):
            return [*OWN]
        drops = ["drops_logo"] if obj is not None and obj.logo else []
        return [*OWN[:2], "logo_file", *drops, *OWN[2:]]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        now = look("ru")
        logo = {
            "path": now.logo_url.removeprefix(settings.PUBLIC_URL),
            "width": now.logo_width,
            "height": now.logo_height,
        }
        context |= {"logo": logo, "show_save_and_add_another": False}
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[no-any-return]

    def save_model(self, request: HttpRequest, obj: Brand, form: Any, change: Any) -> None:
        obj.pk = 1
        if form.cleaned_data.get("drops_logo"):
            obj.logo = ""
        if form.cleaned_data["logo_file"]:
            obj.logo = form.cleaned_data["logo_file"]
        super().save_model(request, obj, form, change)
