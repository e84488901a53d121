"""The tax service through the real processes: silent, slow, then answering; a partner liquidated overnight."""

from __future__ import annotations

import pytest

from tests.e2e.browser import Window
from tests.partners.factories import inn, ogrn
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

NUMBER, SLOW = 70_001, 70_002
INN = inn(NUMBER)
EMAIL = "romashka-70001@example.test"
ARRIVES = """
from partners.services.applications import submit
from partners.services.vocabulary import load_defaults
load_defaults()
submit(form="partner_registration", source="site", raw={{
    "company": "ООО «Ромашка {number}»", "legal_form": "ООО", "inn": "{inn}", "ogrn": "{ogrn}",
    "email": "romashka-{number}@example.test", "phone": "+7 901 00{number}", "category": "contractor",
}})
"""
APPROVED = f"""
from django.contrib.auth.models import User
from partners.models import Application
from partners.services.decisions import decide
staff, _ = User.objects.get_or_create(username="checker")
row = Application.objects.get(inn="{INN}")
decide(application_id=row.pk, outcome="approve", subject="Да", body="Да", staff=staff)
"""
ASKED_NOW = f"""
from django.contrib.auth.models import User
from partners.models import Partner
from partners.services.verification import ask_now
ask_now(partner_id=Partner.objects.get(inn="{INN}").pk, staff=User.objects.get(username="checker"))
"""


def shell(stack: Stack, code: str) -> None:
    stack.manage("shell", "-v0", "-c", code)


def arrives(stack: Stack, number: int) -> None:
    shell(stack, ARRIVES.format(number=number, inn=inn(number), ogrn=ogrn(number)))


def application(stack: Stack, number: int = NUMBER) -> tuple[str, str, str]:
    """Status, how far the check is, why it is no further."""
    rows = stack.rows(
        "SELECT status, check_state, check_error FROM partners_application WHERE inn = %s",
        inn(number),
    )
    return rows[0] if rows else ("", "", "")


def verdict(stack: Stack, rule: str) -> str:
    rows = stack.rows(
        "SELECT v.result FROM partners_ruleverdict v JOIN partners_application a"
        " ON a.id = v.application_id WHERE a.inn = %s AND v.rule = %s",
        INN,
        rule,
    )
    return str(rows[0][0]) if rows else ""


def test_silence_goes_to_a_person_and_liquidation_out_of_sight(stack: Stack, desk: Window):
    stack.control("fns/answer", code="down")
    arrives(stack, NUMBER)
    stack.until(lambda: application(stack)[1] == "manual", what="the silence to be told")
    assert application(stack) == ("queued", "manual", "ФНС не отвечает")
    assert verdict(stack, "active") == "unknown"

    # The next try would come in a minute.
    stack.control("fns/answer", code="ok")
    stack.rows("UPDATE partners_application SET check_at = now() WHERE inn = %s", INN)
    stack.until(lambda: application(stack)[1] == "done", what="the check to be made good")
    assert application(stack) == ("queued", "done", "")
    assert [verdict(stack, rule) for rule in ("active", "name_matches", "marks")] == ["pass"] * 3

    shell(stack, APPROVED)
    desk.open(f"{stack.sandbox}/fns/")
    card = desk.page.locator(".company").filter(has_text=INN)
    card.get_by_role("button", name="Ликвидировать").click()
    card.get_by_text("Ликвидировано").wait_for()
    desk.shot("fns-register")
    shell(stack, ASKED_NOW)

    def state() -> str:
        return str(stack.value("SELECT status FROM partners_partner WHERE inn = %s", INN))

    stack.until(lambda: state() == "closed", what="the partner to leave the catalogue")
    letters = stack.until(
        lambda: [
            one
            for one in stack.ask("mailbox/letters", to=EMAIL)["letters"]
            if "снята с размещения" in one["subject"]
        ],
        what="the letter",
    )
    assert "больше не действует" in letters[0]["text"]


def test_a_worker_killed_while_it_asks_is_made_up_for(stack: Stack):
    stack.control("fns/answer", code="slow", seconds=30, times=1)
    arrives(stack, SLOW)
    attempts = "SELECT check_attempts FROM partners_application WHERE inn = %s"
    stack.until(lambda: stack.value(attempts, inn(SLOW)) == 1, what="the service to be asked")

    stack.restart("worker")
    assert application(stack, SLOW) == ("queued", "waiting", "")
    # The leases would end within two minutes.
    stack.rows("UPDATE partners_application SET check_at = now() WHERE inn = %s", inn(SLOW))
    stack.rows("UPDATE partners_askinggate SET until = now() WHERE name = 'line'")

    stack.until(lambda: application(stack, SLOW)[1] == "done", what="the check to be repeated")
    assert stack.value(attempts, inn(SLOW)) == 2
