"""A company that applies through a site made with Tilda, reads its letters and opens the links in them."""

from __future__ import annotations

import re
from typing import Any, Self

import requests

from integrations.sandbox.fns.register import invented, is_genuine
from integrations.sandbox.fns.state import Company
from tests.support.stack import Stack

KEY = {"X-Tilda-Key": "tilda-sandbox-form-key"}
NEWEST = "SELECT max(id) FROM partners_application WHERE inn = %s"
LINK = re.compile(r"https?://[^\s<>\"]+")


def company(number: int) -> Company:
    """The one that the simulated tax service knows under this number of region 99."""
    body = f"9977{number:05}"
    inn = next(f"{body}{digit}" for digit in range(10) if is_genuine(f"{body}{digit}"))
    found = invented(inn)
    assert found
    return found


class Applicant:
    """Numbers above 99 999 have no INN."""

    def __init__(self, stack: Stack, number: int) -> None:
        self.stack, self.company = stack, company(number)
        self.inn = self.company.inn
        self.name = f"ООО «{self.company.name}»"
        self.email = f"company{number}@example.test"
        self.phone = f"+7 (900) {number // 10_000:03}-{number // 100 % 100:02}-{number % 100:02}"
        self.tranid = f"8421337:{4_000_000_000 + number}"

    @property
    def words(self) -> dict[str, str]:
        """What the visitor of the site writes."""
        return {
            "Название_компании": self.name,
            "ИНН": self.inn,
            "ОГРН": self.company.ogrn,
            "Руководитель": self.company.director,
            "Юридический_адрес": self.company.address,
            "Name": "Мария Тестова",
            "Phone": self.phone,
            "Email": self.email,
            "Категория": "Подрядчик",
            "Специализации": "Кровельные работы",
            "Регионы": "Московская область",
            "О_компании": "Кроем крыши с 2011 года.",
        }

    def posts(self, *, key: str = "header", **fields: str) -> requests.Response:
        """The site's form as Tilda hands it on: what the visitor wrote, then Tilda's own three."""
        written = {
            **self.words,
            **fields,
            "tranid": self.tranid,
            "formid": "form812345678",
            "formname": "Регистрация партнёра",
        }
        answer = requests.post(
            f"{self.stack.web}/integrations/callbacks/tilda",
            data=written if key == "header" else {**written, **KEY},
            headers=KEY if key == "header" else {},
            timeout=15,
        )
        assert (answer.status_code, answer.text) == (200, "ok")
        return answer

    def applies(self, **fields: str) -> Self:
        """Post the form and wait until it is an application."""
        self.posts(**fields)
        self.number  # noqa: B018
        return self

    @property
    def number(self) -> int:
        """The newest application, awaited."""
        found = self.stack.until(
            lambda: self.stack.value(NEWEST, self.inn), what=f"an application of {self.inn}"
        )
        return int(found)

    def is_checked(self, state: str = "done") -> Self:
        """Wait for what the tax service said of the newest application."""
        asked = "SELECT check_state FROM partners_application WHERE id = %s"
        number = self.number
        self.stack.until(
            lambda: self.stack.value(asked, number) == state, what=f"№ {number} to be {state}"
        )
        return self

    def letters(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.stack.ask("mailbox/letters", to=self.email)["letters"]
        return found

    def letter(self, about: str) -> dict[str, Any]:
        """The newest letter with these words in its subject or text, awaited."""

        def look() -> dict[str, Any] | None:
            fits = (m for m in reversed(self.letters()) if about in f"{m['subject']}\n{m['text']}")
            return next(fits, None)

        found: dict[str, Any] = self.stack.until(
            look,
            what=f"a letter about {about!r}; there is {[m['subject'] for m in self.letters()]}",
        )
        return found

    def link(self, about: str, path: str) -> str:
        """The address in a letter that leads to this part of the site."""
        letter = self.letter(about)
        links = LINK.findall(letter["text"])
        found = [link for link in links if link.startswith(f"{self.stack.web}{path}")]
        assert found, letter["text"]
        assert found[0] in letter["html"].replace("&amp;", "&")
        return str(found[0])

    @property
    def code(self) -> str:
        """The partner's code, awaited."""
        asked = "SELECT max(code) FROM partners_partner WHERE inn = %s"
        return str(
            self.stack.until(lambda: self.stack.value(asked, self.inn), what=f"partner {self.inn}")
        )

    @property
    def page(self) -> str:
        return f"{self.stack.web}/partners/{self.code}/"
