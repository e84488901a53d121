"""A form of the Tilda site through the real processes: a letter, the status page on a phone, and sending it again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.browser import Window
from tests.partners.factories import inn
from tests.partners.intake.files import PDF
from tests.support.stack import Stack

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.xdist_group("registry"),
    pytest.mark.timeout(240),
]

INN, OTHER = inn(70_101), inn(70_102)
EMAIL = "romashka-70101@example.test"
VOCABULARY = "from partners.services.vocabulary import load_defaults; load_defaults()"


def found(stack: Stack, column: str, number: str) -> list[str]:
    sql = f"SELECT {column} FROM partners_application WHERE inn = %s ORDER BY id"
    return [str(row[0]) for row in stack.rows(sql, number)]


def status_link(stack: Stack, *, subject: str) -> str:
    """Where the letter with this subject leads."""
    letters = stack.ask("mailbox/letters", to=EMAIL)["letters"]
    texts = [letter["text"] for letter in letters if subject in letter["subject"]]
    return re.findall(r"http\S+/status/\S+", texts[-1])[0] if texts else ""


def test_from_the_site_to_the_status_page_and_back(
    stack: Stack, desk: Window, phone: Window, tmp_path: Path
):
    stack.manage("shell", "-v0", "-c", VOCABULARY)
    paper = tmp_path / "Лицензия.pdf"
    paper.write_bytes(PDF)

    desk.open(f"{stack.sandbox}/site/")
    form = desk.page.locator("#registration")
    form.get_by_label("ИНН").fill(f"ИНН {INN[:3]} {INN[3:]}")
    form.get_by_label("Email").fill(EMAIL)
    form.get_by_label("Файл").set_input_files(paper)
    form.get_by_role("button", name="Отправить").click()
    (number,) = stack.until(lambda: found(stack, "id", INN), what="the application")

    link = stack.until(
        lambda: status_link(stack, subject=f"№ {number} принята"), what="the letter with the link"
    )
    stack.until(
        lambda: "stored" in dict(stack.rows("SELECT name, status FROM partners_document")).values(),
        what="the file to be fetched from the site",
    )
    desk.open(f"{stack.sandbox}/site/")
    desk.sees("принято")
    desk.shot("sandbox-site", whole=True)

    phone.open(link)
    phone.sees(f"Заявка № {number}")
    phone.sees("Лицензия.pdf")
    assert phone.overhang() == 0
    phone.shot("application-status", whole=True)
    phone.page.get_by_role("link", name="Исправить заявку").click()
    phone.sees("второй раз присылать не нужно")
    assert phone.page.get_by_label("ИНН").input_value() == INN
    phone.shot("application-correct", whole=True)
    phone.page.get_by_label("ИНН").fill(OTHER)
    phone.page.get_by_label("Согласен на обработку").check()
    phone.page.get_by_role("button", name="Отправить").click()
    phone.sees(OTHER)
    phone.sees("Лицензия.pdf")
    assert found(stack, "status", INN) == ["replaced"]
    assert found(stack, "previous_id", OTHER) == [number]
