from __future__ import annotations

import shutil
import time
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from redis import RedisError

from integrations.clock import wall_clock
from integrations.redis_client import connect
from project.checks import check_durability
from project.doctor.findings import Finding, failed, fine, warning
from project.doctor.pooler import pooler

TIMEOUT = 2.0  # seconds
GIB = 1024**3
CLOCK_SKEW = 2.0  # seconds between this machine and the database
OLDEST_POSTGRES = 150_000


def can_read() -> bool:
    """Whether the tables are there, all of them and as this release knows them."""
    try:
        return not _missing_migrations()
    except DatabaseError:
        return False


def database() -> list[Finding]:
    try:
        return [*_server(), *_durability(), *pooler(), _migrations()]
    except DatabaseError as error:
        return [
            failed("Connection", f"{type(error).__name__}: {error}".strip(), "Check DATABASE_URL.")
        ]


def _server() -> list[Finding]:
    started = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('server_version_num')::int,"
            " pg_database_size(current_database()), clock_timestamp(),"
            " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),"
            " current_setting('max_connections')::int"
        )
        version, number, size, clock, used, allowed = cursor.fetchone()
    skew = (clock - wall_clock()).total_seconds()
    milliseconds = (time.monotonic() - started) * 1000
    found = [
        fine("PostgreSQL", f"{version}, {size / GIB:.2f} GiB, answers in {milliseconds:.0f} ms")
    ]
    if number < OLDEST_POSTGRES:
        found = [failed("PostgreSQL", f"{version} is too old", "15 or newer is needed.")]
    used_up = used > allowed * 0.8
    found.append((warning if used_up else fine)("Connections", f"{used} of {allowed}"))
    if abs(skew) > CLOCK_SKEW:
        found.append(
            warning(
                "Clock", f"the database's is {skew:+.1f} s off ours", "Run NTP on both machines."
            )
        )
    return found


def _durability() -> list[Finding]:
    level = warning if settings.SANDBOX else failed
    broken = check_durability(databases=["default"])
    if not broken:
        return [fine("Durability", "what was confirmed survives a power cut")]
    return [level("Durability", message.msg, message.hint or "") for message in broken]


def _migrations() -> Finding:
    missing = _missing_migrations()
    if missing:
        return failed("Migrations", f"{len(missing)} not applied: run manage.py migrate")
    return fine("Migrations", "all applied")


def _missing_migrations() -> list[Any]:
    executor = MigrationExecutor(connection)
    return list(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def redis() -> list[Finding]:
    """Only wake-ups live there: losing it costs a second, a full or forgetful one costs them all."""
    client = connect(settings.REDIS_URL, seconds=TIMEOUT, is_repeated=False, is_text=True)
    try:
        started = time.monotonic()
        client.ping()
        milliseconds = (time.monotonic() - started) * 1000
        info = client.info()
    except (RedisError, OSError) as error:
        return [failed("Connection", f"{type(error).__name__}: {error}", "Check REDIS_URL.")]
    finally:
        client.close()
    name = "Valkey" if "valkey_version" in info else "Redis"
    version = info.get("valkey_version") or info.get("redis_version")
    kept = (
        "append-only file" if info.get("aof_enabled") else "nothing (a restart loses wake-ups only)"
    )
    found = [
        fine(name, f"{version}, answers in {milliseconds:.1f} ms"),
        fine("Persistence", kept),
    ]
    policy = info.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        found.append(warning("Memory", f"maxmemory-policy is {policy}", "Set it to noeviction."))
    return found


def disk() -> list[Finding]:
    usage = shutil.disk_usage(settings.BASE_DIR)
    share = usage.free / usage.total
    detail = f"{usage.free / GIB:.1f} GiB free ({share:.0%})"
    if usage.free < GIB / 4 or share < 0.02:
        return [failed("Disk", detail, "Nothing can be stored soon.")]
    if usage.free < 2 * GIB or share < 0.1:
        return [warning("Disk", detail)]
    return [fine("Disk", detail)]
