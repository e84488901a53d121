"""A visitor's files: fetched from where the site keeps them, never from inside; verified one by one."""

from __future__ import annotations

from base64 import b64encode

import pytest

from tests.e2e.registry.desk import address
from tests.partners.intake.files import PDF

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.xdist_group("registry"),
    pytest.mark.timeout(240),
]

FILES = (
    "SELECT d.id, d.name, d.status, d.error FROM partners_document d"
    " JOIN partners_application a ON a.id = d.application_id WHERE a.inn = %s ORDER BY d.id"
)
REVIEW = "SELECT review FROM partners_document WHERE id = %s"
INSIDE = ("https://10.0.0.5/secret.pdf", "http://127.0.0.1:5432/secret.pdf")


def test_a_file_is_fetched_and_verified_and_a_link_inside_is_refused(
    stack, desk, sign_in, new_applicant
):
    firm = new_applicant()
    stack.control(
        "tilda/submit",
        form="registration",
        fields={**firm.words, "Документы": INSIDE[0], "Документы_2": INSIDE[1]},
        files={"Файл": {"licence.pdf": b64encode(PDF).decode()}},
        wait=30,
    )
    firm.is_checked()
    stack.until(
        lambda: all(row[2] != "waiting" for row in stack.rows(FILES, firm.inn)),
        what="the files to be fetched",
    )
    found = {
        name: (number, status, why) for number, name, status, why in stack.rows(FILES, firm.inn)
    }
    number, status, _why = found.pop("licence.pdf")
    assert status == "stored"
    assert len(found) in (1, 2)  # both links may have one name
    for _number, status, why in found.values():
        assert status == "refused"
        assert "не на файл в интернете" in why

    sign_in(desk)
    desk.open(address(firm))
    desk.sees("licence.pdf")
    desk.shot("registry-documents", whole=True)
    desk.open(f"{stack.web}/admin/partners/document/{number}/change/")
    desk.page.get_by_role("link", name="Подтвердить").click()
    desk.page.get_by_role("button", name="Подтвердить").click()
    desk.sees("Записано")
    assert stack.value(REVIEW, number) == "verified"
