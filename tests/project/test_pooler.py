"""Behind a real PgBouncer that hands a connection on after each transaction, in the middle of what needs one.

Each promise has its control: without the setting the same steps fail, so it is the setting that keeps it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from urllib.parse import quote, urlsplit

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections

from bot.standby import POLLING, Turn
from integrations import sessions
from integrations.callbacks import RawCallback
from integrations.models import InboundCallback
from integrations.services import inbox
from payments.admin import export
from payments.models import MoneyEntry, Payment
from payments.provider import EventKind
from payments.services.audit import audit_ledgers
from project.backup import database
from project.doctor.findings import Finding, Level
from project.doctor.pooler import pooler
from project.settings import base
from tests.payments.events import send
from tests.support import pgbouncer
from tests.support.nginx import certify

pytestmark = [
    pytest.mark.skipif(pgbouncer.PGBOUNCER is None, reason=pgbouncer.NO_PGBOUNCER),
    pytest.mark.xdist_group("pgbouncer"),
]
RAW = RawCallback(body=b'{"status":1}', headers={})
Behind = Callable[..., str]
SERVER = os.environ["DATABASE_URL"]
OUR_LOCKS = (
    "FROM pg_locks WHERE locktype = 'advisory' AND database ="
    " (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def direct() -> str:
    """Our database past the pooler."""
    return urlsplit(SERVER)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


@pytest.fixture(scope="module")
def door(django_db_setup: None) -> Iterator[str]:
    with pgbouncer.pooler(SERVER) as address:
        yield address


@pytest.fixture
def behind(transactional_db, settings, monkeypatch, door: str) -> Iterator[Behind]:
    """Every connection of this process goes through the pooler from now on; returns the address of our database."""
    place = connections.settings["default"]
    before = dict(place)
    address = urlsplit(door)._replace(path=f"/{place['NAME']}").geturl()

    def go(*, fits: bool = True, has_session: bool = True) -> str:
        session = direct() if has_session else ""
        monkeypatch.setattr(base, "DB_POOLER", fits)
        settings.DB_POOLER = fits
        settings.DATABASE_SESSION = base.database(session, whole=True) if session else None
        connection.close()
        place.update(base.database(address))
        return address

    yield go
    connection.close()
    place.clear()
    place.update(before)


@contextmanager
def somebody_busy(address: str) -> Iterator[None]:
    """Another client's open transaction: it has the connection that was given back last."""
    with psycopg.connect(address) as other:
        other.execute("SELECT 1")
        yield


@pytest.mark.parametrize("fits", [True, False])
def test_an_export_is_read_to_its_end(behind, make_payment, monkeypatch, fits):
    monkeypatch.setattr(export, "ROWS_AT_ONCE", 1)
    payments = [make_payment() for _ in range(3)]
    address = behind(fits=fits)
    read = export.lines(Payment.objects.order_by("pk"))
    next(read)
    lines = [next(read)]
    with somebody_busy(address):
        if fits:
            lines += read
            assert len(lines) == len(payments)
        else:
            with pytest.raises((DatabaseError, psycopg.Error), match="cursor"):
                list(read)


@pytest.mark.parametrize("fits", [True, False])
def test_a_call_is_stored_by_whichever_connection_comes(behind, fits):
    address = behind(fits=fits)
    inbox.store_callback(source="oneplat", raw=RAW)
    with somebody_busy(address):
        if fits:
            inbox.store_callback(source="oneplat", raw=RAW)
            assert InboundCallback.objects.get().deliveries == 2
        else:
            with pytest.raises(DatabaseError, match="prepared statement"):
                inbox.store_callback(source="oneplat", raw=RAW)


def test_one_event_told_by_eight_at_once_is_booked_once(behind, make_payment):
    payment = make_payment()
    behind()

    def tell(_: int) -> None:
        try:
            send(Payment.objects.get(pk=payment.pk), EventKind.PAID)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(tell, range(8)))
    assert MoneyEntry.objects.count() == 1
    assert audit_ledgers().differences == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) " + OUR_LOCKS)
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("has_session", [True, False])
def test_one_bot_has_the_turn(behind, has_session):
    behind(has_session=has_session)
    first, second = Turn(), Turn()
    try:
        assert first.take()
        assert (
            second.take() is not has_session
        )  # past the pooler one; through it both, at the same time
        assert first.is_ours()
    finally:
        first.give_up()
        second.give_up()
        with psycopg.connect(
            direct()
        ) as server:  # what the pooler's connection keeps would keep it for ever
            server.execute(
                "SELECT pg_terminate_backend(pid, 5000) " + OUR_LOCKS + " AND objid = %s", [POLLING]
            )


def test_migrations_may_say_how_long_they_wait_for_a_lock(behind, monkeypatch):
    monkeypatch.setenv("PGOPTIONS", "-c lock_timeout=3s")
    behind()
    call_command("migrate", verbosity=0, skip_checks=False)
    behind(has_session=False)
    with pytest.raises(DatabaseError, match="unsupported startup parameter"):
        call_command("migrate", verbosity=0)


def test_a_dump_goes_past_the_pooler(behind):
    port = str(connection.settings_dict["PORT"])
    behind()
    assert str(connection.settings_dict["PORT"]) != port
    assert database._environment()["PGPORT"] == port


def found() -> dict[str, Finding]:
    return {finding.title: finding for finding in pooler()}


def test_the_doctor_says_what_to_set(behind):
    assert pooler() == []  # none stands there

    behind(fits=False, has_session=False)
    finding = found()["Pooler"]
    assert finding.level is Level.FAILED
    assert "DB_POOLER=true" in finding.hint
    assert "DATABASE_SESSION_URL" in finding.hint

    behind(has_session=False)
    assert found()["Pooler"].level is Level.FAILED
    assert "DATABASE_SESSION_URL" in found()["Pooler"].hint

    behind()
    assert [finding.level for finding in pooler()] == [Level.FINE, Level.FINE]


def test_the_doctor_looks_where_the_session_leads(behind, settings):
    address = behind()
    settings.DATABASE_SESSION = base.database(address, whole=True)
    assert "leads to a pooler" in found()["Session"].detail

    settings.DATABASE_SESSION = base.database(SERVER, whole=True)
    assert "another database" in found()["Session"].detail

    settings.DATABASE_SESSION = base.database("postgres://nobody@127.0.0.1:1/none", whole=True)
    assert "OperationalError" in found()["Session"].detail


def test_a_pooler_that_keeps_sessions_needs_nothing(transactional_db):
    with pgbouncer.pooler(SERVER, pool_mode="session") as address:
        address = urlsplit(address)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        place = {**sessions.place(), **base.database(address)}
        usual, connection.settings_dict = connection.settings_dict, place
        connection.close()
        try:
            assert pooler() == []
        finally:
            connection.close()
            connection.settings_dict = usual


def test_a_managed_database_is_spoken_to_by_tls_alone(db, tmp_path):
    """As its address says it; a server that cannot prove its name gets neither the password nor a question."""
    certificates, strangers = tmp_path / "own", tmp_path / "stranger"
    for folder in (certificates, strangers):
        folder.mkdir()
        certify(folder)
    tls = {
        "client_tls_sslmode": "require",
        "client_tls_cert_file": (certificates / "fullchain.pem").read_text(),
        "client_tls_key_file": (certificates / "privkey.pem").read_text(),
    }
    with pgbouncer.pooler(SERVER, **tls) as door:
        named = door.replace("127.0.0.1", "localhost")
        for host, signed_by, refusal in (
            (named, certificates, None),
            (named, strangers, "certificate verify failed"),
            (door, certificates, "does not match host name"),
        ):
            authority = quote(str(signed_by / "authority.pem"), safe="")
            url = f"{host}?sslmode=verify-full&sslrootcert={authority}"
            with closing(sessions.new({**sessions.place(), **base.database(url)})) as own:
                if refusal:
                    with pytest.raises(DatabaseError, match=refusal):
                        own.ensure_connection()
                else:
                    own.ensure_connection()
                    assert own.connection.pgconn.ssl_in_use
