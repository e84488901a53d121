from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from integrations.clock import now
from payments.registry import provider_label
from payments.services.reconciliation.runs import DAYS_BACK
from payments.services.reconciliation.subjects import PANEL, subjects

LONGEST_DAYS = 400


def subject_label(subject: str) -> str:
    return _("Панель") if subject == PANEL else provider_label(subject)


def day_field(label: Any) -> forms.DateField:
    widget = UnfoldAdminTextInputWidget(attrs={"type": "date"})
    widget.format = "%Y-%m-%d"
    return forms.DateField(label=label, widget=widget, input_formats=["%Y-%m-%d"])


class PeriodForm(forms.Form):
    """Whole days where the shop is; both are counted in."""

    since = day_field(gettext_lazy("С"))
    until = day_field(gettext_lazy("По"))

    def clean(self) -> dict[str, Any] | None:
        found = super().clean() or self.cleaned_data
        since, until = found.get("since"), found.get("until")
        if since and until and not 0 <= (until - since).days <= LONGEST_DAYS:
            raise forms.ValidationError(_("Конец раньше начала или период длиннее 400 дней."))
        return found

    @property
    def period(self) -> tuple[datetime, datetime]:
        """From the first midnight to the last, and never past this moment."""
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        return midnight(since), min(midnight(until + timedelta(days=1)), now())


class StartForm(PeriodForm):
    subject = forms.ChoiceField(label=gettext_lazy("С кем сверить"), widget=UnfoldAdminSelectWidget)
    field_order = ("subject", "since", "until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        today = localtime(now()).date()
        initial = {"since": iso(today - timedelta(days=DAYS_BACK)), "until": iso(today)}
        kwargs["initial"] = initial | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["subject"]
        chosen.choices = [(one, subject_label(one)) for one in subjects()]


class UploadForm(forms.Form):
    provider = forms.ChoiceField(
        label=gettext_lazy("Платёжная система"), widget=UnfoldAdminSelectWidget
    )
    file = forms.FileField(
        label=gettext_lazy("Файл CSV"),
        help_text=gettext_lazy("UTF-8 или Windows-1251; разделитель ; , или табуляция. До 5 МБ."),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,text/csv"}),
    )
    currency = forms.RegexField(
        r"^[A-Z]{3}\Z",
        label=gettext_lazy("Валюта, если в файле её нет"),
        initial="RUB",
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["provider"]
        chosen.choices = [(slug, provider_label(slug)) for slug in settings.PAYMENT_PROVIDERS]


class SignForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Пояснение"),
        required=False,
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, get_current_timezone())


def iso(day: date) -> str:
    return day.isoformat()
