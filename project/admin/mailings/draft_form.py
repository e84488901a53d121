"""What a mailing says: the form of a draft."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from bot.models import Mailing

ROWS = 10


class DraftForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = Mailing
        fields = (
            "name",
            "channel",
            "subject_ru",
            "body_ru",
            "button_ru",
            "subject_en",
            "body_en",
            "button_en",
            "button_url",
            "is_service",
            "counts_clicks",
            "keeps_quiet_hours",
        )
        widgets = {
            "name": UnfoldAdminTextInputWidget,
            "channel": UnfoldAdminSelectWidget,
            "subject_ru": UnfoldAdminTextInputWidget,
            "subject_en": UnfoldAdminTextInputWidget,
            "body_ru": UnfoldAdminTextareaWidget(attrs={"rows": ROWS}),
            "body_en": UnfoldAdminTextareaWidget(attrs={"rows": ROWS}),
            "button_ru": UnfoldAdminTextInputWidget,
            "button_en": UnfoldAdminTextInputWidget,
            "button_url": UnfoldAdminTextInputWidget,
            "is_service": UnfoldBooleanSwitchWidget,
            "counts_clicks": UnfoldBooleanSwitchWidget,
            "keeps_quiet_hours": UnfoldBooleanSwitchWidget,
        }
        help_texts = {
            "name": _("Видят только сотрудники."),
            "is_service": _("Об уже купленном: уйдёт и тем, кто не давал согласия на новости."),
            "counts_clicks": _("Ссылки станут нашими и посчитают, кто перешёл."),
            "button_url": _("Полный адрес, https://…"),
        }


class StartForm(forms.Form):
    """When to begin; empty: at once."""

    at = forms.SplitDateTimeField(
        label=_("Когда начать"),
        help_text=_("Пусто – сейчас."),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
    )


class TryForm(forms.Form):
    """Where the trial goes."""

    to = forms.CharField(
        label=_("Куда"),
        max_length=254,
        widget=UnfoldAdminTextInputWidget,
    )
    languages = forms.ChoiceField(
        label=_("Язык"),
        choices=[("ru,en", _("оба")), ("ru", _("русский")), ("en", _("английский"))],
        widget=UnfoldAdminSelectWidget,
    )
