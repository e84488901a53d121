"""Invented companies for a shop somebody wants to look at: numbers of region 99, names that nobody bears."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser

from partners.models import Application, Outcome, Partner
from partners.services import applications, decisions

PARTNERS: tuple[dict[str, str], ...] = (
    {
        "company": "ООО «Ромашка 7001»",
        "inn": "9901070017",
        "category": "Подрядчик",
        "specialisations": "Каркасные дома, Кровельные работы",
        "regions": "Московская область, Москва",
        "cities": "Тестовск",
        "about": "Строим каркасные дома под ключ: от фундамента до крыши. Свои бригады, договор, гарантия пять лет.",
        "services": "Каркасный дом – 35 000–60 000 ₽ за м²\nКровля – от 1 500 ₽ за м²",
        "budget_from": "500000",
        "budget_to": "9000000",
    },
    {
        "company": "ООО «Ромашка 7002»",
        "inn": "9901070024",
        "category": "Производитель",
        "specialisations": "Окна и двери",
        "regions": "Ленинградская область, Санкт-Петербург",
        "about": "Делаем окна и двери из дерева. Замер бесплатно.",
        "services": "Окно – 12 000–48 000 ₽ за шт\nДверь входная – от 25 000 ₽",
    },
    {
        "company": "ООО «Ромашка 7003»",
        "inn": "9901070031",
        "category": "Исполнитель",
        "specialisations": "Электромонтаж, Сантехника, Отделочные работы",
        "regions": "Краснодарский край",
        "about": "Ремонт квартир и домов: электрика, вода, отделка.",
        "services": "Ремонт под ключ – 9 000–18 000 ₽ за м²",
        "radius_km": "60",
    },
    {
        "company": "ООО «Ромашка 7004»",
        "inn": "9901070049",
        "category": "Продавец",
        "specialisations": "Отопление и вентиляция",
        "regions": "Свердловская область",
        "about": "Котлы, радиаторы, вентиляция. Подбор и доставка.",
    },
)
# What the simulator of the tax service says of them: an address of many companies, liquidated, a trader, a slip.
APPLICATIONS: tuple[dict[str, str], ...] = (
    {
        "company": "АО «Фиалка»",
        "inn": "9901000034",
        "category": "Подрядчик",
        "specialisations": "Фундаменты",
        "regions": "Нижегородская область",
        "about": "Фундаменты любой сложности.",
        "services": "Ленточный фундамент – от 7 000 ₽ за м³",
    },
    {
        "company": "ООО «Лютик»",
        "inn": "9901000027",
        "category": "Исполнитель",
        "specialisations": "Ландшафтный дизайн",
        "regions": "Самарская область",
        "about": "Сады и газоны.",
    },
    {
        "company": "ИП Иванов Иван Иванович",
        "inn": "990100000038",
        "category": "Исполнитель",
        "specialisations": "Кровельные работы",
        "regions": "Ростовская область",
        "about": "Крою крыши двадцать лет.",
        "services": "Кровля – 1 000–2 000 ₽ за м²",
    },
    {
        "company": "ООО «Ромашка 7005»",
        "inn": "9901070053",
        "regions": "Челябинская область",
        "about": "В ИНН опечатка, категории нет: так тоже присылают.",
    },
)


def load_demo(staff: AbstractBaseUser) -> int:
    """Partners to look at and applications to decide, once; returns how many are new."""
    created = 0
    for number, facts in enumerate((*PARTNERS, *APPLICATIONS), 1):
        tranid = f"demo-{number}"
        if Application.objects.filter(tranid=tranid).exists():
            continue
        application = applications.submit(
            form=Application.Form.REGISTRATION,
            source=Application.Source.SITE,
            raw={**facts, "phone": f"+7900000{number:04}", "email": f"demo{number}@example.test"},
            tranid=tranid,
        )
        is_taken = Partner.objects.filter(inn=application.inn).exists()
        if number <= len(PARTNERS) and not is_taken:
            _approve(application, staff)
        created += 1
    return created


def _approve(application: Application, staff: AbstractBaseUser) -> None:
    words = decisions.draft(application=application, outcome=Outcome.APPROVE)
    decisions.decide(
        application_id=application.pk,
        outcome=Outcome.APPROVE,
        comment="demo",
        subject=words.subject,
        body=words.body,
        staff=staff,
    )
