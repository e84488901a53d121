"""One value of a form: what it says, or why it cannot be read. Reasons are for the applicant and for staff."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from integrations.mail.addresses import NotAnAddress, travelling
from partners.models import LegalForm
from partners.numbers import WORDS, inn_fault, kpp_fault, ogrn_fault

MOST_MONEY = Decimal(10) ** 10  # roubles, not reached: what a column of 12 digits holds
MOST_KILOMETRES = 32_767
_CHECKS = {"inn": inn_fault, "ogrn": ogrn_fault, "kpp": kpp_fault}
_NUMBER_NOISE = re.compile(r"инн|огрнип|огрн|кпп|inn|ogrnip|ogrn|kpp|[\s.:№#,;/–—-]", re.IGNORECASE)
_AMOUNT = re.compile(
    r"(?<![\d.,])(\d[\d\s.,']*)\s*(млн|млрд|тыс|т\.?\s*р|k\b|к\b|m\b)?", re.IGNORECASE
)
_TIMES = {
    "млрд": 1_000_000_000,
    "млн": 1_000_000,
    "m": 1_000_000,
    "тыс": 1_000,
    "k": 1_000,
    "к": 1_000,
}
_LINK = re.compile(r"https?://[^\s,;|\"'<>]+", re.IGNORECASE)
_TELEGRAM = re.compile(r"(?:https?://)?(?:t\.me/|telegram\.me/|@)?([A-Za-z][A-Za-z0-9_]{3,31})/?")
YES = frozenset(
    {"yes", "y", "да", "on", "1", "true", "x", "✓", "согласен", "согласна", "checked", "принимаю"}
)
NO = frozenset({"no", "n", "нет", "off", "0", "false", "не согласен", "не согласна"})
# The longer words first: «публичное акционерное общество» holds «акционерное общество».
LEGAL_FORMS = (
    (LegalForm.OOO, ("общество с ограниченной ответственностью", "ооо", "ooo", "llc", "ltd")),
    (LegalForm.PAO, ("публичное акционерное общество", "пао", "pao", "pjsc")),
    (LegalForm.ZAO, ("закрытое акционерное общество", "зао", "zao", "cjsc")),
    (LegalForm.OAO, ("открытое акционерное общество", "оао", "oao", "ojsc")),
    (LegalForm.AO, ("непубличное акционерное общество", "акционерное общество", "ао", "ao", "jsc")),
    (
        LegalForm.IP,
        ("индивидуальный предприниматель", "ип", "ip", "sole trader", "sole proprietor",
         "individual entrepreneur"),
    ),
    (LegalForm.OTHER, ("другое", "иное", "other", "самозанятый", "самозанятая", "физлицо")),
)  # fmt: skip


class Unreadable(ValueError):
    """Says why, translated. `kept` is what may be kept of the value all the same."""

    def __init__(self, why: str, kept: object = None) -> None:
        super().__init__(why)
        self.kept = kept


def clean(text: str) -> str:
    """Text as it may be stored: no NUL, no half of a character, no control characters but line breaks and tabs."""
    whole = text.encode("utf-8", "ignore").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        sign for sign in whole if sign in "\n\t" or (sign >= " " and sign != "\x7f")
    ).strip()


def line(text: str) -> str:
    """One line: blanks of every kind become one."""
    return " ".join(clean(text).split())


def number(name: str, text: str, longest: int) -> str:
    """A number of a register as text: zeros in front are part of it. A slip is kept, and told."""
    digits = _NUMBER_NOISE.sub("", text).upper()
    if not digits or len(digits) > longest or not re.fullmatch(r"[0-9A-Z]+", digits):
        raise Unreadable(_("не похоже на номер: проверьте, что скопировали только цифры"))
    fault = _CHECKS[name](digits) if name in _CHECKS else None
    if fault:
        raise Unreadable(str(WORDS[fault]), digits)
    return digits


def phone(text: str) -> str:
    """E.164. The first genuine one of several; without a country's code it is Russian."""
    for found in phonenumbers.PhoneNumberMatcher(text[:500], "RU"):
        return str(phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164))
    raise Unreadable(
        _("такого телефона не бывает: напишите его с кодом, например +7 900 000-00-01")
    )


def email(text: str) -> str:
    for part in re.split(r"[\s,;]+", text.removeprefix("mailto:")):
        try:
            return travelling(part.strip("<>"))
        except NotAnAddress:
            continue
    raise Unreadable(_("не похоже на адрес почты: проверьте его, например name@company.ru"))


def website(text: str, longest: int) -> str:
    """An https or http address; https:// is added where there is none."""
    address = text if re.match(r"[a-z][a-z0-9+.-]*:", text, re.IGNORECASE) else f"https://{text}"
    try:
        parts = urlsplit(address)
        if parts.scheme.lower() not in ("http", "https") or "@" in parts.netloc:
            raise ValidationError("scheme")
        URLValidator(schemes=["http", "https"])(address)
    except (ValidationError, ValueError):
        raise Unreadable(
            _("не похоже на адрес сайта: напишите его так: https://company.ru")
        ) from None
    if len(address) > longest:
        raise Unreadable(_("адрес длиннее %(longest)s знаков") % {"longest": longest})
    return address


def telegram(text: str) -> str:
    found = _TELEGRAM.fullmatch(text)
    return f"@{found[1]}" if found else text


def legal_form(text: str) -> str:
    """By the word itself or by how a company's name begins: «ООО «Ромашка»»."""
    plain = re.sub(r"[\"«»“”.]", " ", text.casefold().replace("ё", "е"))
    plain = " ".join(plain.split())
    if plain in LegalForm.values:
        return plain
    for code, words in LEGAL_FORMS:
        if any(plain == word or plain.startswith(f"{word} ") for word in words):
            return code
    raise Unreadable(_("такой правовой формы нет в списке: ООО, ИП, АО, ПАО, ЗАО, ОАО"))


def money(text: str) -> str:
    """Roubles as a decimal text: «от 100 000 ₽», «1,5 млн», «100 тыс.»."""
    found = list(_AMOUNT.finditer(text.replace("\u00a0", " ").replace("\u202f", " ")))
    if len(found) != 1 or re.search(r"[-−–]\s*\d", text):
        raise Unreadable(_("не похоже на сумму в рублях: напишите одно число, например 100000"))
    digits, word = found[0].groups()
    try:
        amount = _decimal(digits) * _times(word or "")
    except InvalidOperation:
        raise Unreadable(
            _("не похоже на сумму в рублях: напишите одно число, например 100000")
        ) from None
    if amount >= MOST_MONEY:
        raise Unreadable(_("сумма слишком большая"))
    return str(amount.quantize(Decimal("0.01")))


def whole(text: str) -> int:
    found = re.findall(r"\d+", text.replace(" ", ""))
    if len(found) != 1 or len(found[0]) > 6 or int(found[0]) > MOST_KILOMETRES or "-" in text:
        raise Unreadable(_("не похоже на целое число"))
    return int(found[0])


def links(text: str) -> list[str]:
    found = [link.rstrip(").]") for link in _LINK.findall(text)]
    if not found:
        raise Unreadable(_("файл не приложен: нет ссылки, по которой его можно скачать"))
    return list(dict.fromkeys(found))


def yes(text: str) -> bool:
    word = text.casefold()
    if word in YES or word in NO:
        return word in YES
    raise Unreadable(_("не понятно, да это или нет"))


def _decimal(digits: str) -> Decimal:
    """«1.234.567,50», «1 234 567.50» and «1,5» alike: the last mark with one or two digits after it is the point."""
    plain = re.sub(r"[\s']", "", digits).rstrip(".,")
    head, mark, tail = (part for part in re.fullmatch(r"(.*?)([.,]?)(\d{0,2})", plain).groups())  # type: ignore[union-attr]
    if not mark:
        head, tail = plain, ""
    return Decimal(f"{re.sub(r'[.,]', '', head)}.{tail or '0'}")


def _times(word: str) -> int:
    return next(
        (times for name, times in _TIMES.items() if word.lower().startswith(name)),
        1_000 if word else 1,
    )
