from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model

from partners.services.vocabulary import load_defaults
from tests.partners.api.caller import Caller, a_caller


@pytest.fixture(autouse=True)
def _lists(db):
    load_defaults()


@pytest.fixture
def caller() -> Callable[..., Caller]:
    """A program with a key of these scopes; all of them when none is named."""
    staff = get_user_model().objects.create_user("olga")

    def make(*scopes: str) -> Caller:
        return a_caller(staff, *scopes)

    return make


@pytest.fixture
def bot(caller: Callable[..., Caller]) -> Caller:
    return caller()
