from __future__ import annotations

import pytest
from django.test import Client

from tests.support.office import owner, signed_in


@pytest.fixture
def office(db) -> Client:
    """The owner's browser."""
    return signed_in(owner())
