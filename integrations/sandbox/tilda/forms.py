"""The three forms of the site, with names such as people give to fields in Tilda's editor."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Input:
    """`kind`: text, area, tick, file or hidden."""

    name: str
    value: str = ""
    kind: str = "text"


@dataclass(frozen=True)
class Form:
    code: str
    formid: str
    formname: str
    inputs: tuple[Input, ...] = field(default=())


FORMS = {
    form.code: form
    for form in (
        Form(
            "registration",
            "form555000111",
            "Регистрация партнёра",
            (
                Input("Название компании", "ООО «Ромашка»"),
                Input("ИНН", "990 100 0010"),
                Input("ОГРН", "1199900000013"),
                Input("Name", "Иван Петров"),
                Input("Phone", "+7 (900) 000-00-01"),
                Input("Email", "ivan@example.test"),
                Input("Категория", "Подрядчик"),
                Input("Специализации", "Кровельные работы; Фундаменты"),
                Input("Регионы", "Иные территории"),
                Input("Бюджет от", "от 100 000 ₽"),
                Input("О компании", "Строим и кроем.", "area"),
                Input("Файл", kind="file"),
                Input("Логотип", kind="file"),
                Input("Согласие на обработку данных", "yes", "tick"),
            ),
        ),
        Form(
            "update",
            "form555000222",
            "Форма партнёра",
            (
                Input("form", "profile_update", "hidden"),
                Input("Код партнёра", "P-261122-0001"),
                Input("E-mail", "ivan@example.test"),
                Input("Телефон", "8 900 000-00-02"),
                Input("О себе", "Теперь и фундаменты.", "area"),
                Input("Checkbox", "yes", "tick"),
            ),
        ),
        Form(
            "documents",
            "form555000333",
            "Загрузка документов",
            (
                Input("Код партнёра", "P-261122-0001"),
                Input("Почта", "ivan@example.test"),
                Input("Документы", kind="file"),
                Input("Комментарий", "Новая лицензия", "area"),
            ),
        ),
    )
}
