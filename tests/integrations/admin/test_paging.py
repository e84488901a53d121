from __future__ import annotations

import pytest
from django.db import connection

from integrations.admin import paging
from integrations.admin.paging import BoundedPaginator
from integrations.models import OutboxMessage
from tests import factories


@pytest.fixture
def twelve(db, monkeypatch):
    monkeypatch.setattr(paging, "COUNTED", 10)
    for _number in range(12):
        factories.a_reaction()
    return OutboxMessage.objects.order_by("-id")


def test_a_long_list_is_not_counted_to_its_end(twelve):
    paginator = BoundedPaginator(twelve.filter(delivered_at=None), 5)

    assert paginator.count == 11
    assert paginator.found == "Больше 10"


def test_a_whole_table_is_estimated_by_the_planner(twelve):
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE integrations_outboxmessage")

    assert BoundedPaginator(twelve, 5).found == "Примерно 12"


def test_a_table_never_analysed_is_counted_as_far_as_the_bound(twelve, monkeypatch):
    monkeypatch.setattr(paging, "estimated_rows", lambda table: -1)

    assert BoundedPaginator(twelve, 5).found == "Больше 10"


def test_leafing_ends_where_searching_begins(twelve, monkeypatch):
    monkeypatch.setattr(paging, "LAST_PAGE", 2)

    assert BoundedPaginator(twelve, 1).num_pages == 2
