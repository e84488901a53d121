"""Entries as the service writes them: the names differ by method, an empty object is an empty list."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.fns.register import FORMS, REGION
from integrations.sandbox.fns.state import Company


def names(company: Company) -> dict[str, str]:
    if company.kind == "ИП":
        return {"ФИОПолн": company.name}
    full = FORMS.get(company.form, ("", "", company.form))[2]
    return {
        "НаимСокрЮЛ": f'{company.form} "{company.name.upper()}"',
        "НаимПолнЮЛ": f'{full} "{company.name}"'.upper(),
    }


def full(company: Company) -> dict[str, Any]:
    """The item of `egr`."""
    body = {
        **names(company),
        "ДатаОГРН": company.registered,
        "ДатаРег": company.registered,
        "Статус": company.status,
        "СтатусДата": company.closed or company.registered,
        "Адрес": {"КодРегион": REGION, "Индекс": "999000", "АдресПолн": company.address},
        "Контакты": contacts(company),
        "ОснВидДеят": {"Код": company.activity_code, "Текст": company.activity},
        "ДопВидДеят": [],
        "СПВЗ": [],
        "История": {},
    }
    if company.closed:
        body["ДатаПрекр"] = company.closed
    if company.kind == "ИП":
        body |= {
            "ИННФЛ": company.inn,
            "ОГРНИП": company.ogrn,
            "ВидИП": "Индивидуальный предприниматель",
        }
        return {"ИП": body}
    code, form, _words = FORMS.get(company.form, ("", company.form, ""))
    body |= {
        "ИНН": company.inn,
        "КПП": company.kpp,
        "ОГРН": company.ogrn,
        "ОКОПФ": form,
        "КодОКОПФ": code,
    }
    if company.managed_by:
        body["УправлОрг"] = [{"НаимПолнЮЛ": company.managed_by}]
    elif company.director:
        body["Руководитель"] = {"Должн": "ГЕНЕРАЛЬНЫЙ ДИРЕКТОР", "ФИОПолн": company.director}
    return {company.kind: body}


def entries(company: Company) -> list[dict[str, Any]]:
    """All that one INN has: what was closed before stands first, to trip whoever takes the first."""
    former = [
        {
            company.kind: {
                **names(company),
                "ИННФЛ": company.inn,
                "Статус": "Прекратило деятельность",
                **old,
            }
        }
        for old in company.former
    ]
    return [*former, full(company)]


def short(company: Company) -> dict[str, Any]:
    """The item of `search`, where a sole trader's numbers are called as a company's."""
    body = {
        **names(company),
        "ИНН": company.inn,
        "ОГРН": company.ogrn,
        "ДатаОГРН": company.registered,
        "Статус": company.status,
        "АдресПолн": company.address or None,
        "ОснВидДеят": company.activity,
        "ГдеНайдено": "ИНН",
    }
    return {company.kind: body | ({"ДатаПрекр": company.closed} if company.closed else {})}


def checked(company: Company) -> dict[str, Any]:
    """The item of `check`."""
    trader = company.kind == "ИП"
    return {
        company.kind: {
            "ОГРНИП" if trader else "ОГРН": company.ogrn,
            "ИННФЛ" if trader else "ИНН": company.inn,
            "Позитив": company.positive or [],
            "Негатив": company.negative or [],
        }
    }


def contacts(company: Company) -> Any:
    if not company.phone and not company.email:
        return []
    return {
        "Телефон": [company.phone] if company.phone else [],
        "e-mail": [company.email] if company.email else [],
        "Сайт": [],
    }
