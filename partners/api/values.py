"""Values as programs send them: strict about kinds, patient about how a person would write them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, NoReturn

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from partners.models.vocabulary import Term

MOST_MONEY = Decimal(10) ** 10  # not reached: what a column of 12 digits holds
KOPECK = Decimal("0.01")


class Text(serializers.CharField):
    """A text and nothing that merely looks like one: a number here is a mistake of the caller."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number; in the query of an address, digits."""

    def to_internal_value(self, data: Any) -> int:
        is_whole = isinstance(data, int) and not isinstance(data, bool)
        is_digits = isinstance(data, str) and data.isascii() and data.isdigit() and len(data) < 12
        if not is_whole and not is_digits:
            self.fail("invalid")
        return super().to_internal_value(data)


class Choice(serializers.ChoiceField):
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self._refuse(data)
        return super().to_internal_value(data)

    def _refuse(self, data: Any) -> NoReturn:
        self.fail("invalid_choice", input=str(data)[:40])


@extend_schema_field(
    {
        "oneOf": [
            {"type": "number", "minimum": 0, "maximum": 9_999_999_999},
            {"type": "string", "pattern": r"^[0-9]{1,10}([.,][0-9]{1,2})?$"},
        ]
    }
)
class Roubles(serializers.Field[Decimal, Any, str, Any]):
    """A sum in roubles: a number, or a text with one. Told as a text with two places."""

    default_error_messages = {
        "invalid": _("Напишите сумму в рублях, например 500000 или «500000.00».")
    }

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, int | Decimal | str):
            self.fail("invalid")
        try:
            amount = Decimal(data[:40].replace(",", ".") if isinstance(data, str) else data)
        except InvalidOperation:
            self.fail("invalid")
        if not amount.is_finite() or not 0 <= amount < MOST_MONEY - 1:
            self.fail("invalid")
        return amount.quantize(KOPECK, ROUND_HALF_UP)

    def to_representation(self, value: Decimal) -> str:
        return f"{value:.2f}"


class Known(Text):
    """A word of a list: its code, or its name in either language, whatever the case."""

    default_error_messages = {"unknown": _("Такого слова нет в списке: «{word}».")}

    def __init__(self, model: type[Model], **how: Any) -> None:
        self.model = model
        super().__init__(max_length=120, **how)

    def run_validation(self, data: Any = empty) -> Any:
        """The text is judged as a text first: the word of the list has no length."""
        word = super().run_validation(data)
        if not word:
            return None
        named = Q(code=word.lower()) | Q(title_ru__iexact=word) | Q(title_en__iexact=word)
        found = self.model._default_manager.filter(named, is_active=True).first()
        if found is None:
            self.fail("unknown", word=word[:60])
        return found

    def to_representation(self, value: Any) -> str:
        return str(value.code if isinstance(value, Term) else value)


class Phone(Text):
    """Any way a person writes a number; without a country's code it is Russian. Kept as E.164."""

    default_error_messages = {
        "phone": _("Такого телефона не бывает: напишите его с кодом, например +79000000001.")
    }

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not text:
            return ""
        try:
            number = phonenumbers.parse(text, "RU")
        except phonenumbers.NumberParseException:
            self.fail("phone")
        if not phonenumbers.is_possible_number(number):
            self.fail("phone")
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


class Email(Text):
    default_error_messages = {
        "email": _("Не похоже на адрес почты: проверьте его, например name@company.ru.")
    }

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if text:
            try:
                validate_email(text)
            except ValidationError:
                self.fail("email")
        return text


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "minLength": 1, "maxLength": 40},
            {"type": "integer", "minimum": 1, "maximum": 999_999_999_999_999},
        ]
    }
)
class Digits(Text):
    """A number of a register: a text, or digits; a number loses the zeros in front, a text keeps them."""

    def __init__(self, **how: Any) -> None:
        super().__init__(max_length=40, **how)

    def to_internal_value(self, data: Any) -> Any:
        is_number = isinstance(data, int) and not isinstance(data, bool)
        if is_number and not 0 < data < 10**15:
            self.fail("invalid")
        return super().to_internal_value(str(data) if is_number else data)


@extend_schema_field(
    {
        "oneOf": [
            {
                "type": "array",
                "maxItems": 100,
                "items": {"type": "string", "maxLength": 1000},
            },
            {"type": "string", "maxLength": 5000},
        ]
    }
)
class Words(serializers.Field[list[str], Any, Any, Any]):
    """Several words: a list of texts, or one text of them."""

    default_error_messages = {
        "invalid": _('Нужен список слов, например ["50", "77"]; не больше 100.')
    }

    def to_internal_value(self, data: Any) -> list[str]:
        if isinstance(data, str) and len(data) <= 5000:
            return [data] if data.strip() else []
        is_list = isinstance(data, list) and len(data) <= 100
        if not is_list or not all(isinstance(each, str) and len(each) <= 1000 for each in data):
            self.fail("invalid")
        return [each for each in data if each.strip()]

    def to_representation(self, value: list[str]) -> list[str]:
        return value


class Yes(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data
