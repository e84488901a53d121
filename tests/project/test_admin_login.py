from __future__ import annotations

from binascii import unhexlify
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.support.office import PASSWORD, owner, signed_in, staff_member

LOGIN = "/admin/login/"
SETUP = "/admin/two-factor/"


def code_of(device: TOTPDevice) -> str:
    return f"{totp(unhexlify(device.key)):06}"


def sign_in(client: Client, code: str = "", **fields: str) -> Any:
    form = {"username": "owner", "password": PASSWORD, "otp_token": code} | fields
    return client.post(LOGIN, form | {"next": "/admin/"})


def is_inside(client: Client) -> bool:
    return client.get(reverse("admin:index")).status_code == 200


@pytest.fixture
def device(db) -> TOTPDevice:
    """The owner's phone."""
    return TOTPDevice.objects.create(user=owner(), name="app", confirmed=True)


def test_a_password_alone_opens_the_office_of_who_has_no_phone_set_up(client, db):
    owner()

    assert sign_in(client).status_code == 302
    assert is_inside(client)


def test_who_has_a_phone_set_up_is_asked_for_the_code_even_where_nobody_must(client, device):
    response = sign_in(client)

    assert "Введите код" in str(response.context["form"].errors)
    assert PASSWORD not in response.content.decode()
    assert not is_inside(client)
    assert sign_in(client, code_of(device)).status_code == 302
    assert is_inside(client)


@pytest.mark.parametrize("code", ["000000", "12345", "abcdef", "recovery1"])
def test_a_wrong_code_opens_nothing(client, device, code):
    assert sign_in(client, code).status_code == 200
    assert not is_inside(client)


def test_a_code_serves_once(client, device):
    code = code_of(device)
    sign_in(client, code)

    other = Client()
    sign_in(other, code)

    assert not is_inside(other)


def test_a_wrong_password_says_nothing_about_codes(client, device):
    response = sign_in(client, password="wrong")

    assert "код" not in str(response.context["form"].errors).lower()


def test_a_recovery_code_opens_the_door_once(client, device):
    recovery = StaticDevice.objects.create(user=device.user, name="recovery")
    StaticToken.objects.create(device=recovery, token="abcd2345")

    assert sign_in(client, " ABCD 2345").status_code == 302
    assert is_inside(client)
    assert sign_in(Client(), "abcd2345").status_code == 200


def test_another_persons_code_does_not_fit(client, device):
    other = TOTPDevice.objects.create(user=staff_member(), name="app", confirmed=True)

    assert sign_in(client, code_of(other)).status_code == 200
    assert not is_inside(client)


def test_a_session_without_the_code_is_not_inside(device):
    assert not is_inside(signed_in(device.user))


def test_where_two_steps_are_a_must_nobody_is_inside_before_setting_them_up(client, settings, db):
    settings.ADMIN_REQUIRE_2FA = True
    owner()
    sign_in(client)

    assert not is_inside(client)
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == SETUP


def test_the_phone_is_set_up_by_a_code_and_recovery_codes_follow(client, settings, db):
    settings.ADMIN_REQUIRE_2FA = True
    owner()
    sign_in(client)
    page = client.get(SETUP)
    assert page.context["qr"].startswith("data:image/svg+xml")
    device = TOTPDevice.objects.get()

    response = client.post(SETUP, {"code": code_of(device)})

    codes = response.context["codes"]
    assert len(codes) == 10
    assert is_inside(client)
    assert sign_in(Client(), codes[3]).status_code == 302


def test_a_wrong_code_sets_nothing_up(db):
    client = signed_in(owner())
    client.get(SETUP)

    assert client.post(SETUP, {"code": "000000"}).context["form"].errors
    assert not TOTPDevice.objects.get().confirmed


def test_the_key_is_never_shown_again(client, device):
    sign_in(client, code_of(device))

    page = client.get(SETUP)

    assert "qr" not in page.context
    assert device.key not in page.content.decode()


def test_changing_the_phone_takes_a_fresh_code(client, device):
    sign_in(client, code_of(device))
    TOTPDevice.objects.update(last_t=-1)

    client.post(SETUP, {"code": "000000", "do": "off"})
    assert TOTPDevice.objects.filter(confirmed=True).exists()

    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    client.post(SETUP, {"code": code_of(device), "do": "off"})
    assert not TOTPDevice.objects.exists()


def test_the_set_up_page_of_a_protected_person_needs_the_code_first(device):
    client = signed_in(device.user)

    response = client.post(SETUP, {"code": code_of(device), "do": "off"})

    assert response.headers["Location"].startswith(LOGIN)
    assert TOTPDevice.objects.filter(confirmed=True).exists()


def test_customers_of_the_site_have_no_way_in(db):
    client = signed_in(User.objects.create_user("guest", password=PASSWORD))

    assert client.get(SETUP).status_code == 302
    assert not is_inside(client)


def test_ten_wrong_passwords_close_the_door_even_for_the_right_one(client, settings, db):
    settings.AXES_ENABLED = True
    owner()
    for _attempt in range(10):
        sign_in(client, password="wrong")

    response = sign_in(client)

    assert response.status_code == 429
    assert "Вход временно закрыт" in response.content.decode()
    assert not is_inside(client)
