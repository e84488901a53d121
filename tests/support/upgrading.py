"""An upgrade and a way back under traffic, watched: what a provider, the database and the processes saw."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.bench import data, orders
from tests.support.installation import Installation
from tests.support.traffic import Call, Traffic

STORES = "%INSERT INTO integrations_inboundcallback%"
WAITS = """
SELECT count(*),
       coalesce(max(extract(epoch FROM clock_timestamp() - waitstart)) FILTER (WHERE query LIKE %s), 0)::float
FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND locktype = 'relation'
"""
# Two rows a payment would have if anything was done twice; none if it was lost.
BOOKS = """
SELECT p.reference, p.status, p.access,
       (SELECT count(*) FROM payments_moneyentry m WHERE m.payment_id = p.id AND m.kind = 'capture'),
       (SELECT count(*) FROM payments_dayentry d WHERE d.payment_id = p.id AND d.kind = 'purchase'),
       (SELECT count(*) FROM payments_paymentevent e WHERE e.payment_id = p.id AND e.outcome = 'moved')
FROM payments_payment p WHERE p.reference = ANY(%(references)s)
"""
UNFINISHED = """
SELECT (SELECT count(*) FROM integrations_inboundcallback WHERE status IN ('received', 'waiting', 'confirming')),
       (SELECT count(*) FROM payments_payment WHERE status = 'paid' AND access <> 'granted')
"""
Say = Callable[[str], object]
Books = dict[str, tuple[str, str, int, int, int]]  # by reference
READS_ON = 5.0  # seconds that a report is read on after a migration began to wait for its table
REPORT_WITHIN = 60.0  # seconds; where no migration wants the table
ORDERS = 40_000


class Watched:
    """One installation of an older release, with traffic on it."""

    def __init__(self, installation: Installation, *, rate: float, say: Say) -> None:
        self.installed = installation
        self.longest_wait = 0.0  # seconds that storing a call waited for a lock of the database
        self.steps: list[tuple[float, str]] = []  # when a script said what it does
        self._rate, self._say = rate, say
        self._over, self._somebody_waits = threading.Event(), threading.Event()

    @contextmanager
    def calls(self) -> Iterator[Traffic]:
        """Traffic, and a look at the locks, until the end of the block."""
        data.fill_product(self.installed.database_url, 1, ORDERS)
        traffic = Traffic(self.installed.site, rate=self._rate, first=1)
        looking = threading.Thread(target=self._look_at_locks)
        looking.start()
        try:
            with traffic.running():
                yield traffic
        finally:
            self._over.set()
            looking.join()

    def upgrade(self, source: Path) -> None:
        """deploy/upgrade.sh, with a report being read when it comes to the migrations."""
        assert self._run("upgrade", "--from", str(source)) == 0, self.installed.last_words()

    def fail_to_upgrade(self, source: Path) -> None:
        """To a release that does not start; processes that end until it is given up are what it is about."""
        assert self._run("upgrade", "--from", str(source)) == 1
        for service in self.installed.manager.services.values():
            service.deaths = 0

    def roll_back(self) -> None:
        assert self._run("rollback") == 0, self.installed.last_words()

    def restart_at_once(self) -> None:
        """What must be seen as lost calls, or the rest proves nothing."""
        self._note("both web processes at once")
        self.installed.manager.systemctl(["restart", *self.installed.web])
        self.installed.wait_for_web()

    def when(self, word: str) -> float:
        """The moment a step of this name began."""
        return next(moment for moment, text in self.steps if word in text)

    def books(self, calls: list[Call]) -> Books:
        """What the database says of the orders that were called about."""
        references = [orders.reference(call.order) for call in calls]
        found = self.installed.rows(BOOKS, {"references": references})
        return {row[0]: (row[1], row[2], row[3], row[4], row[5]) for row in found}

    def unfinished(self) -> tuple[int, int]:
        """Calls that are not applied yet, payments without their access yet."""
        ((calls, payments),) = self.installed.rows(UNFINISHED)
        return calls, payments

    def folders(self) -> set[Path]:
        """Where the processes of all services work."""
        pids = [
            pid for name in self.installed.services for pid in self.installed.manager.pids(name)
        ]
        return {Path(os.readlink(f"/proc/{pid}/cwd")) for pid in pids}

    def deaths(self) -> dict[str, int]:
        """Services that ended without being told to."""
        services = self.installed.manager.services.values()
        return {one.name: one.deaths for one in services if one.deaths}

    def _run(self, script: str, *arguments: str) -> int:
        code = self.installed.script(script, *arguments, heard=self._heard)
        self._note(f"{script} ended with {code}")
        return code

    def _heard(self, line: str) -> None:
        if step := re.match(r"== +\d+ s +(.*)", line):
            self._note(step[1])
            if "migrations" in line:
                threading.Thread(target=self._read_a_report).start()
        else:
            self._say(line)

    def _note(self, text: str) -> None:
        self.steps.append((time.time(), text))
        self._say(f"== {text}")

    def _read_a_report(self) -> None:
        """Begun before the migrations; done some seconds after one of them began to wait for it."""
        with psycopg.connect(self.installed.database_url) as report:
            report.execute("SELECT count(*) FROM integrations_inboundcallback")
            self._somebody_waits.wait(REPORT_WITHIN)
            time.sleep(READS_ON)

    def _look_at_locks(self) -> None:
        with psycopg.connect(self.installed.database_url, autocommit=True) as connection:
            while not self._over.wait(0.02):
                waiting, waited = connection.execute(WAITS, [STORES]).fetchone() or (0, 0.0)
                self.longest_wait = max(self.longest_wait, waited)
                if waiting:
                    self._somebody_waits.set()
