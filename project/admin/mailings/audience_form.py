"""Whom a mailing is for, as a form: every condition of bot.mailings.conditions.Audience, customers' and partners'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDateWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminSelectWidget,
)

from bot.mailings.conditions import ACCESS_TITLES, PARTNER_STATUSES, Audience
from bot.models import Mailing
from partners.models import Category, Partner, Region, Specialisation, Tier
from payments.models import Plan
from payments.registry import all_providers

LANGUAGES = [("", _("любой")), ("ru", _("русский")), ("en", _("английский"))]
EITHER = [("", _("неважно")), ("yes", _("да")), ("no", _("нет"))]
SAID = {"yes": True, "no": False}
SAYS = {True: "yes", False: "no"}
YES_OR_NO = ("brought_friends", "was_invited", "quota_used")
LONGEST = 3660


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, required=False, widget=UnfoldAdminSelectWidget
    )


def _several(label: Any, choices: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


def _rows(label: Any, choices: Any) -> forms.MultipleChoiceField:
    """A long list: chosen with Ctrl or ⌘."""
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=False,
        widget=UnfoldAdminSelectMultipleWidget(attrs={"size": 6}),
    )


def _number(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=0,
        max_value=LONGEST,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
    )


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=UnfoldAdminDateWidget(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def _rating(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_value=5,
        decimal_places=2,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
    )


def _plans() -> list[tuple[int, str]]:
    return [(plan.pk, str(plan)) for plan in Plan.objects.filter(audience="person")]


def _providers() -> list[tuple[str, str]]:
    return [(provider.slug, str(provider.label)) for provider in all_providers()]


def _named(model: Any) -> Any:
    def rows() -> list[tuple[int, str]]:
        return [(row.pk, str(row)) for row in model.objects.all()]

    return rows


class AudienceForm(forms.Form):
    """An empty condition lets everybody through; those of the other channel are not kept."""

    language = _choice(_("Язык"), LANGUAGES)
    quiet_hours_since_last = _number(
        _("Не писать тем, кто получил другую рассылку за последние N часов"),
        _("Пусто – неважно."),
    )
    access = _several(_("Доступ"), list(ACCESS_TITLES.items()))
    plans = _several(_("Последний купленный тариф"), _plans)
    providers = _several(_("Последняя платёжная система"), _providers)
    expired_for_days = _number(_("Доступ закончился не меньше N дней назад"))
    ends_within_days = _number(_("Доступ закончится в ближайшие N дней"))
    joined_from = _day(_("Впервые пришёл не раньше"))
    joined_to = _day(_("Впервые пришёл не позже"))
    brought_friends = _choice(_("Привёл друзей"), EITHER)
    was_invited = _choice(_("Пришёл по приглашению"), EITHER)
    partner_status = _several(
        _("Состояние партнёра"),
        [(status, Partner.Status(status).label) for status in PARTNER_STATUSES],
    )
    regions = _rows(_("Регионы"), _named(Region))
    categories = _several(_("Категории"), _named(Category))
    specialisations = _rows(_("Специализации"), _named(Specialisation))
    tiers = _several(_("Тарифы партнёров"), _named(Tier))
    rating_from = _rating(_("Оценка от"))
    rating_below = _rating(_("Оценка ниже"))
    quota_used = _choice(_("Обращения месяца исчерпаны"), EITHER)

    COMMON = ("language", "quiet_hours_since_last")
    CUSTOMERS = (
        "access",
        "plans",
        "providers",
        "expired_for_days",
        "ends_within_days",
        "joined_from",
        "joined_to",
        "brought_friends",
        "was_invited",
    )
    PARTNERS = (
        "partner_status",
        "categories",
        "tiers",
        "regions",
        "specialisations",
        "rating_from",
        "rating_below",
        "quota_used",
    )

    def chosen(self, channel: str) -> dict[str, Any]:
        """What was chosen, as it is kept. Raises BadAudience."""
        own = self.PARTNERS if channel == Mailing.Channel.MAIL else self.CUSTOMERS
        facts: dict[str, Any] = {}
        for name in (*self.COMMON, *own):
            value = self.cleaned_data.get(name)
            facts[name] = SAID.get(value or "") if name in YES_OR_NO else value
        return Audience.from_json(facts).to_json()

    @staticmethod
    def shown(audience: Mapping[str, Any]) -> dict[str, Any]:
        """The form's first values for what is kept."""
        return {
            name: SAYS[value] if isinstance(value, bool) else value
            for name, value in audience.items()
        }


def told(audience: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was chosen, in words."""
    form = AudienceForm()
    found = []
    for name, value in audience.items():
        field = form.fields.get(name)
        if field is None:
            continue
        known = {str(key): str(label) for key, label in getattr(field, "choices", ())}
        kept = SAYS[value] if isinstance(value, bool) else value
        values = kept if isinstance(kept, list) else [kept]
        words = ", ".join(known.get(str(one), str(one)) for one in values)
        found.append((str(field.label), words))
    return found
