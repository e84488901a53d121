from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command

from payments.models import Plan

pytestmark = pytest.mark.django_db


def seeded() -> str:
    output = StringIO()
    call_command("seed_demo", stdout=output)
    return output.getvalue()


def test_a_shop_gets_plans_and_roles_and_no_invented_user(settings):
    settings.SANDBOX = False
    assert "createsuperuser" in seeded()
    assert Plan.objects.count() == 4
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
