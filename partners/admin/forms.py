from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDateWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from integrations.clock import now
from partners.fields import FIELDS
from partners.models import (
    ApiToken,
    Application,
    Category,
    DecisionReason,
    FieldAlias,
    Outcome,
    RuleVerdict,
)
from partners.services import desk
from partners.services.aliases import FORM
from partners.services.letters import Again, draft, reapply_after


class DecisionForm(forms.Form):
    """A decision with its letter. `drafted` says for which reason the present text was written."""

    reason = forms.ModelChoiceField(
        label=gettext_lazy("Причина"),
        queryset=DecisionReason.objects.none(),
        widget=UnfoldAdminSelectWidget,
    )
    category = forms.ModelChoiceField(
        label=gettext_lazy("Категория"),
        help_text=gettext_lazy("В заявке её нет, без неё партнёра не найдут."),
        queryset=Category.objects.filter(is_active=True),
        widget=UnfoldAdminSelectWidget,
    )
    over_existing = forms.BooleanField(
        label=gettext_lazy("Обновить существующего партнёра"), widget=UnfoldBooleanSwitchWidget
    )
    subject = forms.CharField(
        label=gettext_lazy("Тема письма"), max_length=150, widget=UnfoldAdminTextInputWidget
    )
    body = forms.CharField(
        label=gettext_lazy("Текст письма"),
        help_text=gettext_lazy("Ссылка на ход заявки добавится сама."),
        max_length=5000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12}),
    )
    reapply_on = forms.DateField(
        label=gettext_lazy("Снова подать можно с"),
        help_text=gettext_lazy("Пусто – как велит причина."),
        required=False,
        widget=UnfoldAdminDateWidget(attrs={"type": "date"}),
    )
    comment = forms.CharField(
        label=gettext_lazy("Для сотрудников"),
        help_text=gettext_lazy("Заявитель этого не увидит."),
        max_length=2000,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )
    drafted = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        application: Application,
        outcome: Outcome,
        is_correction: bool = False,
    ) -> None:
        super().__init__(data)
        self.application, self.outcome, self.is_correction = application, outcome, is_correction
        reasons = DecisionReason.objects.filter(outcome=outcome, is_active=True)
        self.fields["reason"].queryset = reasons  # type: ignore[attr-defined]
        if outcome == Outcome.APPROVE:
            del self.fields["reason"]
        if outcome != Outcome.REJECT:
            del self.fields["reapply_on"]
        self.rival = desk.rival_of(application) if outcome == Outcome.APPROVE else None
        if self.rival is None:
            del self.fields["over_existing"]
        else:
            words = {"partner": self.rival}
            self.fields["over_existing"].help_text = (
                _("Его данные заменятся данными этой заявки: %(partner)s.") % words
            )
        if outcome != Outcome.APPROVE or not self._lacks_category():
            del self.fields["category"]
        first = self.written_for(None)
        self.fields["subject"].initial, self.fields["body"].initial = first.subject, first.body
        if self._is_doubtful():
            self.fields["comment"].required = True
            self.fields["comment"].help_text = _(
                "Правило нарушено или ФНС не ответила: объясните, почему одобряете."
            )

    def written_for(self, reason: DecisionReason | None) -> Any:
        return draft(
            application=self.application,
            outcome=self.outcome,
            reason=reason,
            is_correction=self.is_correction,
        )

    def rewrite(self) -> bool:
        """Put the text of the chosen reason in, where the text is still that of another; says whether it did."""
        if "reason" not in self.fields or not self.is_bound:
            return False
        chosen = self._reason(self.data.get("reason"))
        wanted = str(chosen.pk) if chosen else ""
        if chosen is None or wanted == self.data.get("drafted", ""):
            return False
        before = self.written_for(self._reason(self.data.get("drafted")))
        is_own = _plain(self.data.get("body")) not in ("", _plain(before.body))
        data = dict(self.data.items())
        data["drafted"] = wanted
        if not is_own or "fill" in self.data:
            text = self.written_for(chosen)
            data["subject"], data["body"] = text.subject, text.body
        self.data = data
        return not is_own or "fill" in data

    @property
    def reapply_after(self) -> datetime | Again | None:
        day = self.cleaned_data.get("reapply_on")
        if day is None:
            return Again.BY_REASON
        return datetime.combine(day, time.min, get_current_timezone())

    def when_again(self) -> str:
        """The date that the chosen reason sets, for the page."""
        chosen = self._reason(self.data.get("reason")) if self.is_bound else None
        if chosen is None or self.outcome != Outcome.REJECT:
            return ""
        after = reapply_after(chosen, now())
        if after is None:
            return _("никогда")
        return _("сразу") if after <= now() else f"{after:%d.%m.%Y}"

    def _reason(self, number: Any) -> DecisionReason | None:
        text = str(number or "")
        known = DecisionReason.objects.filter(outcome=self.outcome)
        return known.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 18 else None

    def _lacks_category(self) -> bool:
        if self.application.form != Application.Form.REGISTRATION or self.rival is not None:
            return False
        code = str(self.application.data.get("category") or "")
        own = self.application.partner_id is not None
        return not own and not Category.objects.filter(code=code).exists()

    def _is_doubtful(self) -> bool:
        if self.outcome != Outcome.APPROVE:
            return False
        if self.application.form == Application.Form.DOCUMENTS:
            return False
        unchecked = (Application.Check.WAITING, Application.Check.MANUAL)
        failed = self.application.verdicts.filter(result=RuleVerdict.Result.FAIL)
        return self.application.check_state in unchecked or failed.exists()


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Причина"),
        help_text=gettext_lazy("Увидят все, кто откроет эту запись."),
        min_length=5,
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class ConfirmForm(forms.Form):
    """Nothing to fill in: the page itself is the question."""


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Заметка"),
        help_text=gettext_lazy("Увидят только сотрудники."),
        min_length=2,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )


class ReviewForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Замечание"),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None, *, is_rejection: bool) -> None:
        super().__init__(data)
        self.fields["note"].required = is_rejection
        self.fields["note"].help_text = (
            _("Что не так: попадёт в письмо с просьбой исправить.")
            if is_rejection
            else _("Можно не заполнять.")
        )


class StarsForm(forms.Form):
    stars = forms.TypedChoiceField(
        label=gettext_lazy("Оценка клиента"),
        choices=[(number, "★" * number) for number in range(5, 0, -1)],
        coerce=int,
        widget=UnfoldAdminSelectWidget,
    )


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Чей ключ"),
        help_text=gettext_lazy("Программа или человек, которому он выдаётся."),
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Что разрешено"),
        choices=ApiToken.Scope.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Действует до"),
        help_text=gettext_lazy("Пусто – пока не отзовут."),
        required=False,
        widget=UnfoldAdminDateWidget(attrs={"type": "date"}),
    )

    @property
    def expires_at(self) -> datetime | None:
        day = self.cleaned_data["expires_on"]
        return datetime.combine(day, time.max, get_current_timezone()) if day else None


class AliasForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    field = forms.ChoiceField(
        label=gettext_lazy("Наше поле"),
        choices=[
            (FORM, gettext_lazy("Имя самой формы")),
            *((name, field.title) for name, field in FIELDS.items()),
        ],
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = FieldAlias
        fields = ("form", "alias", "field")
        help_texts = {
            "form": gettext_lazy("Пусто – для всех форм."),
            "alias": gettext_lazy("Как поле названо в форме Tilda; большие и малые буквы равны."),
        }

    def clean_alias(self) -> str:
        return " ".join(str(self.cleaned_data["alias"]).lower().split())


def _plain(text: Any) -> str:
    return " ".join(str(text or "").split())
