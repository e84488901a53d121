"""What an application can say, whatever the form calls it. The names stand in `Application.data` and in the API."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """How a value is read and kept."""

    TEXT = "text"
    NUMBER = "number"  # digits of a register: INN, OGRN, KPP
    PHONE = "phone"  # E.164
    EMAIL = "email"
    URL = "url"
    FORM = "form"  # a LegalForm
    TERM = "term"  # code of a Category
    TERMS = "terms"  # codes of a list: specialisations, regions
    WORDS = "words"  # a list of texts: towns
    MONEY = "money"  # roubles, a decimal as text
    WHOLE = "whole"  # a whole number
    FILES = "files"  # links to files
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Field:
    """`name` is ours for good; `is_legal`: the tax service knows it, so a change is checked again."""

    name: str
    title: Promise
    kind: Kind = Kind.TEXT
    longest: int = 300
    is_legal: bool = False


_ALL = (
    Field("company", _("Название"), is_legal=True),
    Field("legal_form", _("Правовая форма"), Kind.FORM, is_legal=True),
    Field("inn", _("ИНН"), Kind.NUMBER, 12, is_legal=True),
    Field("ogrn", _("ОГРН или ОГРНИП"), Kind.NUMBER, 15, is_legal=True),
    Field("kpp", _("КПП"), Kind.NUMBER, 9, is_legal=True),
    Field("director", _("Руководитель"), longest=200, is_legal=True),
    Field("legal_address", _("Юридический адрес"), longest=500, is_legal=True),
    Field("address", _("Фактический адрес"), longest=500),
    Field("contact_name", _("Контактное лицо"), longest=200),
    Field("phone", _("Телефон"), Kind.PHONE),
    Field("email", _("E-mail"), Kind.EMAIL, 254),
    Field("website", _("Сайт"), Kind.URL, 200),
    Field("telegram", _("Telegram"), longest=64),
    Field("category", _("Категория"), Kind.TERM),
    Field("specialisations", _("Специализации"), Kind.TERMS),
    Field("regions", _("Регионы"), Kind.TERMS),
    Field("cities", _("Города"), Kind.WORDS),
    Field("radius_km", _("Радиус выезда, км"), Kind.WHOLE),
    Field("budget_from", _("Бюджет от, ₽"), Kind.MONEY),
    Field("budget_to", _("Бюджет до, ₽"), Kind.MONEY),
    Field("about", _("О компании"), longest=5000),
    Field("services", _("Услуги и цены"), longest=5000),
    Field("documents", _("Документы"), Kind.FILES),
    Field("logo", _("Логотип"), Kind.FILES),
    Field("partner_code", _("Код партнёра"), longest=14),
    Field("comment", _("Комментарий"), longest=2000),
    Field("consent", _("Согласие на обработку данных"), Kind.YES),
    Field("news", _("Согласие на рассылку"), Kind.YES),
)

FIELDS = {field.name: field for field in _ALL}
# Without these an application cannot be checked or answered.
REQUIRED = ("company", "inn", "email", "phone")
