from __future__ import annotations

import pytest

from partners.models import Partner
from partners.services.accounts import ensure_account
from tests.partners.factories import a_partner


@pytest.fixture
def partner(db) -> Partner:
    """A partner with an account, on the free tier."""
    partner = a_partner()
    ensure_account(partner)
    return partner
