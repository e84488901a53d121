"""Rows for the bench, made by the database itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import django.db
import psycopg
from psycopg import sql

from tests.bench import cpu
from tests.bench.orders import AMOUNT, CUSTOMER_SQL, CUSTOMERS, GUID_SQL, REFERENCE_SQL
from tests.bench.servers import BenchFailed

HERE = Path(__file__).parent
DATABASE = "provodnik_bench"


def fresh_database(url: str) -> str:
    """An empty database beside the given one; what was left by an earlier run goes."""
    with psycopg.connect(url, autocommit=True) as connection:
        name = sql.Identifier(DATABASE)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            (value,) = connection.execute(f"SHOW {setting}").fetchone() or ("",)
            if value != "on":
                raise BenchFailed(
                    f"{setting} is {value}: this server does not keep what it commits"
                )
    return urlunsplit(urlsplit(url)._replace(path=f"/{DATABASE}"))


def drop_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        name = sql.Identifier(DATABASE)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


@contextmanager
def for_this_process(server: str, *, say: Callable[[str], None]) -> Iterator[str]:
    """The address of a database with every table, which Django of this process uses too; dropped at the end."""
    url = fresh_database(server)
    try:
        say("preparing the database")
        os.environ |= {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "tests.support.mailer_settings",
        }
        migrate(os.environ)
        django.setup()
        yield url
    finally:
        django.db.connections.close_all()
        drop_database(server)


def migrate(env: Mapping[str, str]) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    done = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchFailed(f"migrate failed:\n{done.stderr[-1500:]}")


def run_file(url: str, path: Path) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in path.read_text().split(";\n"):
            if statement.strip():
                connection.execute(statement.encode())


def vacuum(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def fill_seed(url: str, orders: int) -> None:
    """Pending payments of the reference, one per callback it will get, every tenth user brought by a friend."""
    run_file(url, HERE / "peers" / "seed" / "schema.sql")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO bench_seed.users (tg_id, referrer_id) SELECT n, "
            "CASE WHEN n %% 10 = 0 THEN n - 1 END FROM generate_series(1, %s) AS n",
            [CUSTOMERS],
        )
        connection.execute(
            f"INSERT INTO bench_seed.payments (tg_id, invoice_id, payment_guid, payment_method, days, amount) "
            f"SELECT {CUSTOMER_SQL.replace('%', '%%')}, {REFERENCE_SQL}, {GUID_SQL}, 'card', 30, {AMOUNT} "
            "FROM generate_series(1, %s) AS n",
            [orders],
        )
        connection.execute("VACUUM ANALYZE bench_seed.payments")
        connection.execute("VACUUM ANALYZE bench_seed.users")


def fill_product(url: str, first: int, orders: int) -> None:
    """Open invoices of ours, for the parts of the bench that settle what was accepted."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO payments_customer (telegram_id, username, first_name, language, invite_code, created_at, "
            "last_seen_at) SELECT n, '', 'Bench', 'ru', 'bench' || n, now(), now() "
            "FROM generate_series(1, %s) AS n ON CONFLICT DO NOTHING",
            [CUSTOMERS],
        )
        connection.execute(
            "INSERT INTO payments_plan (code, title_ru, title_en, length, unit, amount, currency, is_active, position) "
            "VALUES ('bench', 'Месяц', 'Month', 30, 'day', %s, 'RUB', false, 0) ON CONFLICT DO NOTHING",
            [AMOUNT],
        )
        connection.execute(
            f"INSERT INTO payments_payment (reference, customer_id, plan_id, length, unit, provider, method, "
            f"external_id, amount, currency, pay_url, requisites, status, access, reason, created_at) "
            f"SELECT {REFERENCE_SQL}, c.id, p.id, 30, 'day', 'oneplat', 'card', {GUID_SQL}, {AMOUNT}, 'RUB', '', "
            f"'{{}}', 'pending', 'none', '', now() FROM generate_series(%s::int, %s::int) AS n "
            f"JOIN payments_customer c ON c.telegram_id = {CUSTOMER_SQL.replace('%', '%%')} "
            f"JOIN payments_plan p ON p.code = 'bench'",
            [first, first + orders - 1],
        )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE payments_payment")


def postmaster(url: str) -> int | None:
    """The server's main process, where it runs on this machine; its CPU can be counted then."""
    with psycopg.connect(url) as connection:
        return cpu.parent_of(connection.info.backend_pid)
