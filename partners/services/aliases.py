"""What forms call our fields, and which form a call is. The lists are staff's; these are what they start with."""

from __future__ import annotations

import re
from collections.abc import Mapping

from partners.fields import FIELDS
from partners.models import Application, FieldAlias

Raw = Mapping[str, str | list[str]]

# A row of FieldAlias with this field names a form: its alias is what stands in one of FORM_NAMES.
FORM = "form"
FORM_NAMES = ("form", "форма", "formname", "formid")  # a hidden field of ours, then Tilda's own

DEFAULTS: dict[str, tuple[str, ...]] = {
    "company": (
        "название компании", "компания", "название организации", "организация", "наименование",
        "наименование организации", "название", "фирма", "company name", "organisation",
        "organization", "firm",
    ),
    "legal_form": (
        "правовая форма", "организационно-правовая форма", "форма собственности", "опф", "legal form",
        "legalform", "form of business",
    ),
    "inn": ("инн", "инн компании", "инн организации", "tax id", "taxid", "tin"),
    "ogrn": ("огрн", "огрнип", "огрн/огрнип", "огрн или огрнип", "огрн (огрнип)", "ogrnip"),
    "kpp": ("кпп",),
    "director": (
        "руководитель", "директор", "генеральный директор", "фио руководителя", "фио директора", "ceo",
        "head",
    ),
    "legal_address": (
        "юридический адрес", "юр. адрес", "юр адрес", "адрес регистрации", "legal address",
        "registered address",
    ),
    "address": (
        "фактический адрес", "адрес", "адрес офиса", "почтовый адрес", "office address",
        "actual address",
    ),
    "contact_name": (
        "name", "имя", "фио", "ваше имя", "контактное лицо", "контакт", "имя и фамилия", "contact",
        "contact name", "contact person", "full name", "your name",
    ),
    "phone": (
        "телефон", "ваш телефон", "номер телефона", "контактный телефон", "мобильный телефон", "тел",
        "tel", "phone number", "mobile",
    ),
    "email": (
        "e-mail", "mail", "почта", "электронная почта", "ваш e-mail", "эл. почта", "емейл", "имейл",
        "email address",
    ),
    "website": ("сайт", "адрес сайта", "веб-сайт", "site", "web site", "web", "url"),
    "telegram": ("телеграм", "телеграмм", "telegram username", "ник в телеграм", "тг", "tg"),
    "category": (
        "категория", "категория партнёра", "тип партнёра", "вид деятельности", "кто вы",
        "partner type", "partner category",
    ),
    "specialisations": (
        "специализации", "специализация", "виды работ", "направления", "направление", "что вы делаете",
        "specialisation", "specialization", "specializations", "services types",
    ),
    "regions": (
        "регионы", "регион", "регион работы", "регионы работы", "где работаете", "область", "region",
    ),
    "cities": ("города", "город", "город работы", "населённый пункт", "city", "town", "towns"),
    "radius_km": ("радиус выезда", "радиус", "радиус выезда, км", "выезд, км", "radius", "radius km"),
    "budget_from": (
        "бюджет от", "бюджет от, ₽", "минимальный бюджет", "минимальный чек", "цена от", "min budget",
        "budget min", "budget from",
    ),
    "budget_to": (
        "бюджет до", "бюджет до, ₽", "максимальный бюджет", "цена до", "max budget", "budget max",
        "budget to",
    ),
    "about": (
        "о компании", "описание", "описание компании", "о себе", "расскажите о компании", "textarea",
        "description", "about company", "about us",
    ),
    "services": (
        "услуги", "услуги и цены", "цены", "прайс", "прайс-лист", "расценки", "prices", "price list",
    ),
    "documents": (
        "документы", "документ", "файл", "файлы", "приложите документы", "загрузите документы",
        "свидетельство", "лицензия", "сертификаты", "портфолио", "file", "files", "upload",
        "attachment", "document", "portfolio",
    ),
    "logo": ("логотип", "лого", "логотип компании", "company logo"),
    "partner_code": (
        "код партнёра", "код", "ваш код партнёра", "номер партнёра", "partner id", "partner code",
    ),
    "comment": (
        "комментарий", "комментарии", "comments", "сообщение", "примечание", "дополнительно", "вопрос",
        "message", "note",
    ),
    "consent": (
        "согласие", "согласие на обработку данных", "согласие на обработку персональных данных",
        "согласен", "политика", "checkbox", "agree", "agreement", "privacy",
    ),
    "news": (
        "новости", "рассылка", "получать новости", "согласие на рассылку", "согласие на получение рассылки",
        "подписка на новости", "newsletter", "subscribe",
    ),
}  # fmt: skip
FORMS: dict[str, tuple[str, ...]] = {
    Application.Form.REGISTRATION: (
        "partner_registration", "регистрация партнёра", "регистрация партнёров", "регистрация",
        "стать партнёром", "анкета партнёра", "заявка партнёра", "partner registration",
        "become a partner",
    ),
    Application.Form.UPDATE: (
        "profile_update", "изменение данных", "обновление данных", "обновление профиля",
        "изменение профиля", "изменить данные", "profile update",
    ),
    Application.Form.DOCUMENTS: (
        "document_upload", "документы партнёра", "загрузка документов", "отправка документов",
        "загрузить документы", "document upload", "upload documents",
    ),
}  # fmt: skip

_SPACES = re.compile(r"[\s_\u00a0]+")
_NUMBERED = re.compile(r"[ -]?\d{1,2}$|\[\d*\]$")


def normal(name: str) -> str:
    """A name as it is compared: no case, no ё, no stars and colons, blanks and underscores alike."""
    plain = name.casefold().replace("ё", "е").replace("\x00", "")
    return _SPACES.sub(" ", plain).strip(" *:?.!").strip()


def names_for(form: str) -> dict[str, str]:
    """{a name as it is compared: our field} for one form. What staff wrote for this very form goes first."""
    found = {normal(field): field for field in FIELDS}
    rows = FieldAlias.objects.filter(form__in=["", form]).exclude(field=FORM).order_by("form", "id")
    for row in rows:
        if row.field in FIELDS:
            found[normal(row.alias)] = row.field
    return found


def field_of(name: str, names: Mapping[str, str]) -> str | None:
    """Our field of this name; of `file_2` and `file[]` too, which is how several of one kind are named."""
    plain = normal(name)
    return names.get(plain) or names.get(normal(_NUMBERED.sub("", plain)))


def form_of(raw: Raw) -> str:
    """Which of our forms a call is: by a hidden field `form`, or by the form's name or number in Tilda.

    One that nobody has named is a registration: a person looks at it, and nothing is lost.
    """
    given = {normal(name): value for name, value in raw.items()}
    said = [normal(_first(given.get(name, ""))) for name in FORM_NAMES]
    known = {
        normal(row.alias): row.form
        for row in FieldAlias.objects.filter(field=FORM).exclude(form="")
    } | {normal(code): code for code in Application.Form.values}
    return next((known[name] for name in said if name in known), Application.Form.REGISTRATION)


def load_aliases() -> int:
    """Create what is missing of the default names; returns how many rows. What staff changed is left as it is."""
    rows = [
        FieldAlias(form="", alias=alias, field=field)
        for field, aliases in DEFAULTS.items()
        for alias in aliases
    ]
    rows += [
        FieldAlias(form=form, alias=alias, field=FORM)
        for form, aliases in FORMS.items()
        for alias in aliases
    ]
    before = FieldAlias.objects.count()
    FieldAlias.objects.bulk_create(rows, ignore_conflicts=True)
    return FieldAlias.objects.count() - before


def _first(value: str | list[str]) -> str:
    return (value[0] if value else "") if isinstance(value, list) else value
