"""Why access lasts until its date."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from integrations.clock import now
from payments.models import Subscription
from payments.provider import EventKind
from payments.selectors_days import day_story, signed_days
from payments.services.customers import meet_customer
from tests.factories import a_customer, a_paid_payment, a_plan, some_days, told
from tests.support.office import staff_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    """A purchase, a friend, days from a person, and the purchase given back."""
    customer = a_customer(username="anna")
    first = a_paid_payment(customer=customer, plan=a_plan())
    friend = meet_customer(telegram_id=77, username="boris", invite_code=customer.invite_code)
    a_paid_payment(customer=friend)
    some_days(customer, number=14, staff=staff_member("payments.grant_days"), reason="сбой панели")
    told(first, EventKind.REFUNDED)
    return customer


def test_every_line_leads_to_the_next_and_the_last_one_to_the_end(anna):
    story = day_story(anna.pk, for_staff=True)
    assert story is not None
    assert [line.days for line in story.lines] == ["+30", "+7", "+14", "−30"]
    ends = [line.until for line in story.lines]
    assert [line.starts_at for line in story.lines[1:]] == ends[:-1]
    assert ends[-1] == story.expires_at == Subscription.objects.get(customer=anna).expires_at
    assert story.expires_at - story.lines[0].starts_at == timedelta(days=21)


def test_staff_read_who_and_why(anna):
    story = day_story(anna.pk, for_staff=True)
    assert story is not None
    bought, friend, given, taken = (line.why for line in story.lines)
    number = anna.payments.get().number
    assert bought == f"счёт № {number}, 1 месяц"
    assert friend == "друг впервые оплатил: @boris"
    assert given.startswith("начислил сотрудник: ")
    assert given.endswith(": сбой панели")
    assert taken.startswith(f"снято: счёт № {number}, 1 месяц: ")


def test_the_customer_reads_the_same_without_names_and_inner_reasons(anna):
    with override("en"):
        story = day_story(anna.pk, for_staff=False)
    assert story is not None
    number = anna.payments.get().number
    assert [line.why for line in story.lines] == [
        f"invoice no. {number}, 1 month",
        "a friend paid for the first time",
        "given by our staff",
        f"taken back: invoice no. {number}, 1 month",
    ]


def test_who_never_had_access_has_no_story():
    assert day_story(a_customer().pk, for_staff=True) is None


@pytest.mark.parametrize(
    ("seconds", "days"), [(86_400 * 30, "+30"), (-86_400 * 7, "−7"), (43_200, "+0.5")]
)
def test_days_have_a_sign(seconds, days):
    assert signed_days(seconds) == days


def test_the_command_prints_the_lines_and_the_end(anna, capsys):
    call_command("days_ledger", str(anna.telegram_id))
    *lines, end = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[2] for line in lines] == ["+30", "+7", "+14", "−30"]
    assert end.startswith("= 2")
    assert lines[-1].split(" → ")[1].startswith(end.removeprefix("= "))


@pytest.mark.parametrize("known", [True, False])
def test_the_command_says_why_there_is_nothing(known):
    telegram_id = a_customer().telegram_id if known else 1
    with pytest.raises(CommandError, match="never had access" if known else "No customer"):
        call_command("days_ledger", str(telegram_id))


def test_a_return_after_a_lapse_begins_at_its_own_moment():
    customer = a_customer()
    a_paid_payment(customer=customer, plan=a_plan())
    Subscription.objects.update(expires_at=now() - timedelta(days=40))
    a_paid_payment(customer=customer, plan=a_plan())
    story = day_story(customer.pk, for_staff=True)
    assert story is not None
    assert abs(story.lines[1].starts_at - now()) < timedelta(minutes=1)
