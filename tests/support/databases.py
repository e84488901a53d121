"""Databases for tests: one is migrated for a whole run of the suite, the others are copies of it; and emptied fast."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from django.db import connection
from django.test import TransactionTestCase

from devtools import places

NAME = "MIGRATED_DATABASE"  # of the variable by which the processes of one run know the name
# What migrating writes by itself; the rest of the tables is the tests' own.
KEPT = ("django_migrations", "django_content_type", "auth_permission")
# A table that was written to has pages, even where all was taken back.
WRITTEN = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s) AND pg_relation_size(oid) > 0
"""
OWN_ROWS = (
    "SELECT (SELECT count(*) FROM django_content_type), (SELECT count(*) FROM auth_permission)"
)


def name_the_migrated() -> str | None:
    """For the run that begins; the processes it starts inherit the name. Nothing where it has one, or needs none."""
    if NAME in os.environ or "DATABASE_URL" not in os.environ:
        return None
    os.environ[NAME] = f"migrated_{uuid4().hex[:12]}"
    return os.environ[NAME]


def forget_the_migrated(name: str) -> None:
    with _server() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}"')


def create(name: str) -> None:
    """A database with every table and no row of a test; outside of a run of the suite it is migrated by itself."""
    template = migrated()
    if template is None:
        _migrate(name)
        return
    with _server() as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def migrated() -> str | None:
    """The name of the database to copy, if there is one. Whoever comes first makes it, the others wait for him."""
    name = os.environ.get(NAME)
    if name is None:
        return None
    with _server() as server:
        server.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if found.fetchone() is None:
            _migrate(name)
    return name


def _migrate(name: str) -> None:
    with _server() as server:
        server.execute(f'CREATE DATABASE "{name}"')
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    done = subprocess.run(
        [str(places.PYTHON), "manage.py", "migrate", "-v0"],
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "project.settings.test"},
        cwd=places.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        with _server() as server:
            server.execute(f'DROP DATABASE "{name}"')
        raise AssertionError(f"migrate: {done.stdout}{done.stderr}")


@contextlib.contextmanager
def _server() -> Iterator[psycopg.Connection]:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        yield server


def empty_fast() -> None:
    """Instead of truncating every table and telling Django anew which models there are, after each test that commits:
    the tables that were written to are truncated. A test that changed the list of models gets the whole treatment.
    """
    whole = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # no public way

    def teardown(case: TransactionTestCase) -> None:
        special = case.reset_sequences or case.available_apps or case.serialized_rollback
        if special or _own_rows() != _own_rows_at_first():
            whole(case)
            _own_rows_at_first.cache_clear()
            _own_rows_at_first()
            return
        with connection.cursor() as cursor:
            cursor.execute(WRITTEN, [_tables()])
            written = ", ".join(connection.ops.quote_name(name) for (name,) in cursor.fetchall())
            if written:
                cursor.execute(f"TRUNCATE {written} CASCADE")

    _own_rows_at_first()
    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]


@cache
def _tables() -> list[str]:
    found = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return [name for name in found if name not in KEPT]


@cache
def _own_rows_at_first() -> tuple[int, int]:
    return _own_rows()


def _own_rows() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(OWN_ROWS)
        types, permissions = cursor.fetchone()
    return types, permissions
