"""`./dev prove upgrade [--quick] [--rows N] [--rate N] [--from REF]`: deploy/upgrade.sh and rollback.sh on filled
tables while a provider calls. Needs nginx and curl; takes about ten minutes.

The older release is the one before the last change of tables. The newer one is the present tree, and migrations that
alter the two busiest tables and build an index on one, while somebody reads a long report on it. Then the way back, and
an upgrade to a release that does not start, which must come back by itself. Every process runs; with --quick only web,
beat and the worker that books money.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.support import filled, nginx, releases
from tests.support.installation import EVERYTHING, Installation
from tests.support.traffic import Traffic, failures, milliseconds
from tests.support.upgrading import Watched

QUICK = ("provodnik-worker@money",)
CALM = 10.0  # seconds of traffic before, between and after
LONGEST_WAIT = 3.5  # seconds that a call may wait for a table: a migration has one, and three where that is in vain
APPLIED_WITHIN = 300.0  # seconds after the last call
ACCESS_WITHIN = 900.0


def run(arguments: list[str]) -> bool:
    parser = argparse.ArgumentParser(prog="./dev prove upgrade", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000, help="sales of the past, and calls")
    parser.add_argument("--rate", type=float, default=50.0, help="calls a second")
    parser.add_argument("--from", dest="older", help="a commit; default: before the last migration")
    parser.add_argument("--quick", action="store_true", help="fewer processes: half the time")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and so stop what was started
    for needed, found in (("nginx", nginx.NGINX), ("curl", shutil.which("curl"))):
        if not found:
            say(f"{needed} is not installed")
            return False
    older = releases.with_older_tables() if options.older is None else options.older
    say(f"from {older or 'the present release: the history does not reach back'}")
    with (
        tempfile.TemporaryDirectory(prefix="prove-upgrade-") as folder,
        Installation(
            Path(folder) / "machine", workers=QUICK if options.quick else EVERYTHING
        ) as installed,
    ):
        installed.install(older)
        began = time.monotonic()
        filled.fill(installed.database_url, options.rows)
        say(f"{options.rows:,} sales and calls filled in, {time.monotonic() - began:.0f} s")
        installed.start()
        newer, broken = Path(folder) / "next", Path(folder) / "broken"
        releases.put_next(newer)
        releases.put_broken(broken)
        return prove(Watched(installed, rate=options.rate, say=say), newer, broken)


def prove(watched: Watched, source: Path, broken: Path) -> bool:
    installed, older = watched.installed, watched.installed.current
    held: dict[str, bool] = {}
    with watched.calls() as traffic:
        part = Part(traffic)
        time.sleep(CALM)
        part.ends("before")
        watched.upgrade(source)
        newer = installed.current
        held["every process runs in the new release"] = watched.folders() == {newer} != {older}
        laid, switched = watched.when("migrations"), watched.when("switching")
        part.ends("new release laid down", laid)
        part.ends("migrations", switched)
        part.ends("restarts")
        say(f"{'':24} longest wait of a call for a table: {watched.longest_wait * 1000:.0f} ms")
        watched.roll_back()
        held["and in the old one after the way back"] = watched.folders() == {older}
        part.ends("the way back")
        watched.fail_to_upgrade(broken)
        held["a release that does not start is given up by itself"] = watched.folders() == {older}
        time.sleep(CALM)
        part.ends("a release that fails")
        watched.restart_at_once()
        time.sleep(CALM / 2)
        part.ends("control: both at once")
    control = traffic.between(watched.when("at once"), time.time())
    in_turn = traffic.between(0, watched.when("at once"))
    say(f"failed: {failures(in_turn) or 'none'}; of the control: {failures(control)}")
    held[f"0 of {len(in_turn):,} calls failed"] = not failures(in_turn)
    held["two web processes restarted at once lose calls, which is seen"] = bool(failures(control))
    held[f"no call waited for a table longer than {LONGEST_WAIT} s"] = (
        0 < watched.longest_wait < LONGEST_WAIT
    )
    held["no process died"] = not watched.deaths()
    held |= books(watched, traffic)
    for claim, is_true in held.items():
        say(f"{'✅' if is_true else '❌'} {claim}")
    return all(held.values())


def books(watched: Watched, traffic: Traffic) -> dict[str, bool]:
    """What the database says once everything is applied."""
    installed = watched.installed
    answered = [call for call in traffic.calls if not call.failed]
    installed.until(
        lambda: watched.unfinished()[0] == 0, what="every call to be applied", within=APPLIED_WITHIN
    )
    counted = Counter((row[0], *row[2:]) for row in watched.books(answered).values())
    audited = installed.manage(installed.current, "audit_ledgers")
    say(audited.rstrip())
    held = {
        "every order is paid, booked, delivered and told of once": counted
        == {("paid", 1, 1, 1): len(answered)},
        "the audit finds no difference": "differences" not in audited,
    }
    if installed.grants_access:
        held["every order has its access"] = grants(watched) == 0
    return held


def grants(watched: Watched) -> int:
    """How many payments the panel has not been told of, given time."""
    until = time.monotonic() + ACCESS_WITHIN
    while (left := watched.unfinished()[1]) and time.monotonic() < until:
        say(f"   {left:,} payments wait for the panel")
        time.sleep(15)
    return left


class Part:
    """Prints a line for each part of the proof, once it is over."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic, self._began = traffic, time.time()
        say(f"{'':24} {'seconds':>8} {'calls':>7} {'failed':>7}   p50   p95   p99   max, ms")

    def ends(self, name: str, moment: float = 0.0) -> None:
        """Now, or at a moment that is past."""
        ended = moment or time.time()
        calls = self._traffic.between(self._began, ended)
        lasted, self._began = ended - self._began, ended
        failed = sum(call.failed for call in calls)
        figures = " ".join(f"{one:>5}" for one in milliseconds(calls))
        say(f"{name:24} {lasted:>8.1f} {len(calls):>7,} {failed:>7,} {figures}")


def say(text: str) -> None:
    print(text, flush=True)
