"""Who looks at applications: the same pages with a browser and without."""

from __future__ import annotations

import html
import re

from tests.e2e.browser import Window
from tests.e2e.office import Office
from tests.e2e.registry.applicant import Applicant
from tests.support.stack import Stack

BODY = re.compile(r'<textarea[^>]*name="body"[^>]*>(.*?)</textarea>', re.S)
SUBJECT = re.compile(r'<input[^>]*name="subject"[^>]*>')
VALUE = re.compile(r'value="([^"]*)"')


def address(applicant: Applicant, action: str = "change") -> str:
    return f"{applicant.stack.web}/admin/partners/application/{applicant.number}/{action}/"


def approved(office: Office, applicant: Applicant, **fields: str) -> str:
    """Approve with the letter as it was drafted; the partner's code."""
    path = f"partners/application/{applicant.number}/approve/"
    shown = office.read(path)
    body, subject = BODY.search(shown), SUBJECT.search(shown)
    assert body, shown[:2000]
    assert subject, shown[:2000]
    value = VALUE.search(subject[0])
    assert value
    answer = office.send(
        path, subject=html.unescape(value[1]), body=html.unescape(body[1]).strip(), **fields
    )
    assert "Решено: одобрить" in answer, answer[:3000]
    return applicant.code


def a_partner(stack: Stack, office: Office, number: int, **fields: str) -> Applicant:
    """A company that applied, was checked and approved."""
    applicant = Applicant(stack, number).applies(**fields).is_checked()
    approved(office, applicant)
    return applicant


def issue_key(seen: Window, *rights: str) -> str:
    """A key of the API from its page in the office."""
    seen.page.get_by_label("Чей ключ").fill("Бот площадки")
    for right in rights:
        seen.page.get_by_label(right).check()
    seen.page.get_by_role("button", name="Выдать ключ").click()
    found = seen.page.get_by_text(re.compile(r"^prv_\S+$")).first
    return found.inner_text().strip()
