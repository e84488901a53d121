"""A member of staff at the back office, for tests."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

BACKEND = "django.contrib.auth.backends.ModelBackend"
PASSWORD = "correct horse battery"


def staff_member(*rights: str, name: str = "olga", **fields: Any) -> User:
    """Somebody with exactly these rights, e.g. "payments.view_payment"."""
    user = User.objects.create_user(name, password=PASSWORD, is_staff=True, **fields)
    for right in rights:
        app, codename = right.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return user


def owner() -> User:
    return User.objects.create_superuser("owner", password=PASSWORD)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def page(row: Any, name: str = "change") -> str:
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=[row.pk])


def list_of(model: Any, query: str = "") -> str:
    meta = model._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    return f"{address}?{query}" if query else address


def shown(client: Client, model: Any, query: str = "") -> set[int]:
    """Ids of the rows a list shows."""
    response = client.get(list_of(model, query))
    assert response.status_code == 200, response
    return {row.pk for row in response.context["cl"].result_list}


def queries_of(client: Client, address: str) -> int:
    """How many queries a page takes, once what Django remembers for the whole process is remembered."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def messages_of(response: Any) -> str:
    return " ".join(str(message) for message in response.context["messages"])
