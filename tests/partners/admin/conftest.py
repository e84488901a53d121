from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.partners.factories import vocabulary
from tests.support.office import owner, signed_in, staff_member


@pytest.fixture
def boss(db) -> User:
    vocabulary()
    return owner()


@pytest.fixture
def office(boss: User) -> Client:
    """The owner's browser."""
    return signed_in(boss)


@pytest.fixture
def boris(db) -> Client:
    """A colleague who decides too."""
    rights = ("partners.view_application", "partners.decide_application")
    return signed_in(staff_member(*rights, name="boris"))
