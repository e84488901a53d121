from __future__ import annotations

import pytest

from partners.services.lists import load_cities, load_words
from partners.services.vocabulary import load_defaults


@pytest.fixture(scope="module")
def lists(django_db_setup, django_db_blocker):
    """All default words and towns, once for a file; taken away with it."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        load_defaults()
        load_words()
        load_cities()
        yield
        transaction.set_rollback(True)
