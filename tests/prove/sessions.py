"""What the database's machine tells of the connections to it: a transaction left behind, statements prepared."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

import psycopg

from tests.prove.hands import Hands, expect

BEGINS = """
import time
from django.db import connection, transaction
with transaction.atomic():
    connection.cursor().execute("SELECT pg_advisory_xact_lock(4242)")
    print("holds", flush=True)
    time.sleep(3600)
"""
HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4242"
SHOW_STATS = (
    "cd / && runuser -u postgres -- psql --host=/var/run/postgresql --port=6432 --username=pgbouncer"
    " --expanded --command='SHOW STATS' pgbouncer"
)
COUNTED = (
    *(("xact", "transactions"), ("server_parse", "statements prepared")),
    ("bind", "uses of a prepared one"),
)


def begins_a_transaction(member: Hands) -> subprocess.Popen[bytes]:
    """A process there that does not end it: it ends with its machine. What it locked tells how long it lasts."""
    command = ("provodnik", "shell", "--no-imports", "--command", BEGINS)
    begun = subprocess.Popen(member.inside.command(*command), stdout=subprocess.PIPE)
    expect(begun.stdout is not None and b"holds" in begun.stdout.readline(), "no transaction")
    return begun


def is_over(database: str) -> Callable[[], bool]:
    """Whether the transaction is."""

    def asked() -> bool:
        with psycopg.connect(database, autocommit=True) as link:
            return link.execute(HELD).fetchone() == (0,)

    return asked


def prepared(data: Hands, *users: Hands) -> str:
    """PgBouncer's own counts, in words. Raises Failed where it follows no prepared statements, or a user complains."""
    stats = data.shell(SHOW_STATS)
    last = dict(re.findall(r"^total_(\w+)_count +\| (\d+)$", stats, re.MULTILINE))
    said = ", ".join(f"{last[name]} {words}" for name, words in COUNTED)
    expect(int(last["bind"]) > int(last["server_parse"]) > 0, said)
    complaints = "journalctl --no-pager --output=cat | grep -ci 'prepared statement' || true"
    for one in users:
        expect(one.shell(complaints).strip() == "0", "somebody complains of a prepared statement")
    return said
