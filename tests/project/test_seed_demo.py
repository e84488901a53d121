from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command

from partners.models import Application, DecisionReason, Partner
from payments.models import Plan

pytestmark = pytest.mark.django_db


def seeded() -> str:
    output = StringIO()
    call_command("seed_demo", stdout=output)
    return output.getvalue()


def test_a_shop_gets_plans_and_roles_and_no_invented_user(settings):
    settings.SANDBOX = False
    assert "createsuperuser" in seeded()
    assert Plan.objects.filter(audience=Plan.Audience.CUSTOMERS).count() == 4
    assert DecisionReason.objects.exists()
    assert Group.objects.exists()
    assert not User.objects.exists()


def test_the_sandbox_gets_a_staff_user_whose_password_is_shown_once(settings):
    settings.SANDBOX = True
    password = seeded().rpartition("password: ")[2].split()[0]
    assert User.objects.get().check_password(password)
    assert password not in seeded()


def test_what_staff_edited_stays(settings):
    settings.SANDBOX = False
    seeded()
    Plan.objects.update(amount="777.00")
    seeded()
    assert {str(plan.amount) for plan in Plan.objects.all()} == {"777.00"}


def test_companies_are_invented_in_the_sandbox_alone_and_once(settings):
    settings.SANDBOX = True
    for _time in range(2):
        call_command("seed_demo", companies=True, stdout=StringIO())
    assert Partner.objects.count() == 4
    assert Application.objects.filter(status="received").count() == 4
    assert {application.inn[:4] for application in Application.objects.all()} == {"9901"}
    listed = Partner.objects.order_by("pk")[0]
    assert (listed.category.code, listed.specialisations.count()) == ("contractor", 2)
    assert listed.services.count() == 2
    assert listed.regions.count() == 2


def test_the_lists_have_a_command_of_their_own():
    output = StringIO()
    call_command("load_vocabulary", stdout=output)
    call_command("load_vocabulary", stdout=output)
    assert output.getvalue().endswith("rows created: 0\n")
