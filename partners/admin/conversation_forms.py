"""What staff say in a conversation, and what they put right."""

from __future__ import annotations

from uuid import uuid4

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget


class ReplyForm(forms.Form):
    """`key` is drawn with the form: sent twice, the same form says it once."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    text = forms.CharField(
        label=gettext_lazy("Ответ"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Напишите ответ.")},
    )

    def __init__(self, data: object = None, *, longest: int) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict or nothing
        field = self.fields["text"]
        field.max_length = longest  # type: ignore[attr-defined]
        field.validators.append(MaxLengthValidator(longest))
        field.widget.attrs["maxlength"] = str(longest)
        field.widget.attrs["data-reply"] = ""


class AgainForm(forms.Form):
    """Which message is to be sent once more."""

    message = forms.IntegerField(widget=forms.HiddenInput)
