"""Companies that do not exist: those the register begins with, and one for any INN of region 99."""

from __future__ import annotations

from integrations.sandbox.fns.state import Company

REGION = "99"
FORMS = {
    "ООО": (
        "12300",
        "Общества с ограниченной ответственностью",
        "Общество с ограниченной ответственностью",
    ),
    "АО": ("12267", "Непубличные акционерные общества", "Акционерное общество"),
    "ПАО": ("12247", "Публичные акционерные общества", "Публичное акционерное общество"),
}
TENTH = (2, 4, 10, 3, 5, 9, 4, 6, 8)
ELEVENTH = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


def beginning() -> dict[str, Company]:
    """The cases that matter: active, liquidated, a trader, no director of its own, closed and opened again."""
    companies = (
        Company(
            inn="9901000010",
            ogrn="1199900000013",
            name="Ромашка",
            kpp="990101001",
            address="г. Тестовск, ул. Примерная, д. 1",
            director="Петров Пётр Петрович",
            positive={"КапБолее50тыс": "Да"},
        ),
        Company(
            inn="9901000027",
            ogrn="1199900000024",
            name="Лютик",
            kpp="990101001",
            status="Ликвидировано",
            closed="2024-06-03",
            address="г. Тестовск, ул. Луговая, д. 2",
            director="Сидорова Анна Павловна",
        ),
        Company(
            inn="9901000034",
            ogrn=ogrn_of(3),
            name="Фиалка",
            form="АО",
            kpp="990101001",
            address="г. Тестовск, ул. Садовая, д. 3",
            managed_by='ООО "РОМАШКА"',
            phone="+7 (900) 000-00-03",
            email="fialka@example.test",
            negative={"МассАдрес": "Да (16 юрлиц)"},
        ),
        Company(
            inn="990100000038",
            ogrn="319990000001070",
            kind="ИП",
            name="Иванов Иван Иванович",
            address="г. Тестовск",
            activity_code="43.91",
            activity="Производство кровельных работ",
        ),
        Company(
            inn="990100000101",
            ogrn="319990000001081",
            kind="ИП",
            name="Петров Пётр Петрович",
            registered="2022-04-01",
            address="г. Тестовск",
            former=[
                {"ОГРНИП": "319990000000018", "ДатаОГРН": "2018-03-01", "ДатаПрекр": "2021-05-10"}
            ],
        ),
    )
    return {company.inn: company for company in companies}


def invented(inn: str) -> Company | None:
    """The company of any INN of region 99 whose digits are right; always the same one."""
    if not inn.startswith(REGION) or not is_genuine(inn):
        return None
    number = int(inn[4:-1] if len(inn) == 10 else inn[4:-2])
    if len(inn) == 10:
        return Company(
            inn=inn,
            ogrn=ogrn_of(number),
            name=f"Ромашка {number}",
            kpp=f"{inn[:4]}01001",
            address="г. Тестовск, ул. Примерная, д. 1",
            director="Петров Пётр Петрович",
        )
    body = f"31999{number % 10**9:09}"
    return Company(
        inn=inn,
        ogrn=f"{body}{int(body) % 13 % 10}",
        kind="ИП",
        name=f"Иванов Иван {number}-й",
        address="г. Тестовск",
    )


def ogrn_of(number: int) -> str:
    body = f"119990{number % 1_000_000:06}"
    return f"{body}{int(body) % 11 % 10}"


def is_genuine(inn: str) -> bool:
    if not (inn.isascii() and inn.isdecimal() and len(inn) in (10, 12)):
        return False
    digits = [int(digit) for digit in inn]
    sums = {9: TENTH} if len(inn) == 10 else {10: ELEVENTH, 11: (3, *ELEVENTH)}
    return all(
        digits[place] == sum(w * d for w, d in zip(weights, digits, strict=False)) % 11 % 10
        for place, weights in sums.items()
    )
