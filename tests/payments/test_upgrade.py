"""An owner updates: the first release's rows, in every state they could be in, under today's rules."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from devtools import places

pytestmark = pytest.mark.xdist_group("upgrade")


@pytest.fixture(scope="module")
def upgraded() -> Iterator[dict[str, Any]]:
    """What `tests.payments.upgrade` saw on a database of its own."""
    server, name = os.environ["DATABASE_URL"], f"upgrade_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            done = subprocess.run(
                [str(places.PYTHON), "-m", "tests.payments.upgrade"],
                env={
                    **os.environ,
                    "DATABASE_URL": urlsplit(server)._replace(path=f"/{name}").geturl(),
                },
                cwd=places.ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            yield json.loads(done.stdout.splitlines()[-1])
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_no_row_is_lost(upgraded):
    held = {"moneyentry": upgraded["before"]["moneyentry"] + len(upgraded["waiting"])}
    assert upgraded["after"] == upgraded["before"] | held
    assert min(upgraded["after"].values()) > 0


def test_the_books_add_up(upgraded):
    assert upgraded["differences"] == []


def test_what_was_taken_back_is_named_as_its_key_said(upgraded):
    assert len(upgraded["clawbacks"]) == 4
    assert all(key == named for key, named in upgraded["clawbacks"])


def test_the_ledgers_are_append_only_again(upgraded):
    assert upgraded["refused"] == {"dayentry": [True] * 3, "moneyentry": [True] * 3}


def test_money_that_nobody_ordered_becomes_somebodys_case(upgraded):
    assert upgraded["waiting"] == [
        ["overpaid", "250.00 RUB"],
        ["paid_twice", "199.00 RUB"],
        ["underpaid", "150.00 RUB"],
        ["wrong_currency", "199.00 USD"],
    ]


def test_open_payments_are_asked_about(upgraded):
    assert upgraded["unasked"] == 0
