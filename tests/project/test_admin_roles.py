from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django_otp.plugins.otp_totp.models import TOTPDevice

from payments.models import Customer, DayEntry, MoneyEntry, Payment, Plan
from project.roles import ROLES, ensure_roles
from tests import factories
from tests.support.office import list_of, owner, page, signed_in, staff_member

# role -> (sees money, exports, checks, gives access, gives days, edits plans, sees staff)
MATRIX = {
    "Оператор": (403, 403, 302, 200, 200, 403, 403),
    "Финансы": (200, 200, 302, 403, 403, 403, 403),
    "Модератор партнёров": (403, 403, 403, 403, 403, 403, 403),
    "Аудитор (только чтение)": (200, 403, 403, 403, 403, 403, 200),
    "Владелец": (200, 200, 302, 200, 200, 200, 200),
}


def in_role(name: str):
    ensure_roles()
    user = staff_member(name=name)
    user.groups.add(Group.objects.get(name=name))
    return signed_in(user)


@pytest.mark.parametrize("role", MATRIX)
def test_each_role_may_what_its_row_says(db, role):
    client = in_role(role)
    payment = factories.a_new_payment()

    answers = (
        client.get(list_of(MoneyEntry)).status_code,
        client.get(f"{list_of(Payment)}export/").status_code,
        client.post(page(payment, "check")).status_code,
        client.get(page(payment, "give_access")).status_code,
        client.get(page(payment.customer, "give_days")).status_code,
        client.get(f"{list_of(Plan)}add/").status_code,
        client.get(list_of(User)).status_code,
    )

    assert answers == MATRIX[role]


@pytest.mark.parametrize("role", MATRIX)
def test_no_role_changes_a_ledger_or_a_payment(db, role):
    client = in_role(role)
    payment = factories.a_finished_payment()

    for row in (payment, payment.customer, DayEntry.objects.get(), MoneyEntry.objects.get()):
        assert client.post(page(row), {}).status_code == 403
        assert client.post(page(row, "delete"), {"post": "yes"}).status_code == 403


def test_roles_are_made_once_and_edited_ones_are_left(db):
    assert ensure_roles() == list(ROLES)
    Group.objects.get(name="Финансы").permissions.clear()

    call_command("ensure_roles")

    assert Group.objects.count() == len(ROLES)
    assert not Group.objects.get(name="Финансы").permissions.exists()


def test_roles_of_an_older_release_get_the_rights_they_lack(db, capsys):
    ensure_roles()
    finance = Group.objects.get(name="Финансы")
    whole = set(finance.permissions.values_list("codename", flat=True))
    finance.permissions.remove(finance.permissions.get(codename="decide_refund"))
    finance.permissions.add(Permission.objects.get(codename="add_group"))

    call_command("ensure_roles", complete=True)

    assert set(finance.permissions.values_list("codename", flat=True)) == whole | {"add_group"}
    assert "Финансы: 1 rights added" in capsys.readouterr().out


def test_nobody_makes_himself_a_superuser(db):
    client = in_role("Владелец")
    himself = User.objects.get(username="Владелец")
    boss = owner()
    form = {"username": "x", "is_superuser": "on", "is_staff": "on", "is_active": "on"}

    client.post(page(himself), form)
    assert not User.objects.get(pk=himself.pk).is_superuser
    assert client.post(page(boss), form).status_code == 403
    assert User.objects.get(pk=boss.pk).username == "owner"


def test_a_role_is_edited_in_words(db):
    client = in_role("Владелец")
    role = Group.objects.get(name="Финансы")
    text = client.get(page(role)).content.decode()
    assert "Платежи: смотреть" in text
    assert "Can view" not in text

    client.post(page(role), {"name": "Бухгалтер", "permissions": []})

    assert Group.objects.get(pk=role.pk).name == "Бухгалтер"


def test_staff_are_switched_off_and_not_deleted(db):
    client = signed_in(owner())
    user = staff_member()

    assert client.post(page(user, "delete"), {"post": "yes"}).status_code == 403
    client.post(page(user), {"username": "olga", "is_staff": "on"})

    assert not User.objects.get(pk=user.pk).is_active


def test_a_lost_phone_is_deleted_and_its_key_is_nowhere(db):
    client = signed_in(owner())
    device = TOTPDevice.objects.create(user=staff_member(), name="app", confirmed=True)

    for address in (list_of(TOTPDevice), page(device)):
        assert device.key not in client.get(address).content.decode()
    client.post(page(device, "delete"), {"post": "yes"})

    assert not TOTPDevice.objects.exists()


def test_every_page_of_the_office_opens(db):
    client = signed_in(owner())
    factories.a_finished_payment()
    factories.a_call()
    factories.some_days(factories.a_customer(), number=1, staff=User.objects.get())
    payment = Payment.objects.get()
    payment.bot_messages.create(key="m", kind="access", chat_id=1, customer=payment.customer)

    for model in admin.site._registry:
        assert client.get(list_of(model)).status_code == 200, model
        row = model._default_manager.first()
        if row is not None:
            assert client.get(page(row)).status_code == 200, model
            assert client.get(page(row, "history")).status_code == 200, model
    assert Customer.objects.count() == 2
