"""`./dev bench [partners|mailing|access] [--quick] [--json]`: what the callback path takes, the registry's pages with
100,000 partners, broadcasts by workers that are killed, or how fast those who have paid get in; on a database that
really writes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any

from tests.bench import access, mailing, partners, report, selling, session, settle
from tests.bench.servers import BenchFailed

Measured = tuple[dict[str, Any], bool]  # figures, and whether they meet the marks


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument(
        "subject",
        nargs="?",
        choices=SUBJECTS,
        default="callbacks",
    )
    parser.add_argument("--quick", action="store_true", help="about three minutes instead of ten")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument(
        "--selling", action="store_true", help="of mailing: what a broadcast leaves to payments"
    )
    parser.add_argument(
        "--rate", type=int, default=settle.RATE, help="calls a second while a broadcast goes out"
    )
    parser.add_argument(
        "--pause", type=int, default=access.PAUSE, help="of access: milliseconds of a panel's call"
    )
    parser.add_argument("--people", type=int, help="of access: how many wait")
    options = parser.parse_args()
    try:
        figures, is_met = SUBJECTS[options.subject](options)
    except BenchFailed as failure:
        report.say(f"bench failed: {failure}")
        return 2
    if options.json:
        report.json_line(figures)
    return 0 if is_met else 1


def callbacks(options: argparse.Namespace) -> Measured:
    plan = session.QUICK if options.quick else session.FULL
    figures = session.run(*_servers(), plan, say=report.say)
    report.table(figures)
    return figures, report.marks_met(figures)


def registry(options: argparse.Namespace) -> Measured:
    figures = partners.run(*_servers(), quick=options.quick, say=report.say)
    return figures, partners.marks_met(figures)


def mailings(options: argparse.Namespace) -> Measured:
    if options.selling:
        figures = selling.run(*_servers(), rate=options.rate, quick=options.quick, say=report.say)
        return figures, selling.marks_met(figures)
    figures = mailing.run(_servers()[0], quick=options.quick, say=report.say)
    return figures, mailing.marks_met(figures)


def accesses(options: argparse.Namespace) -> Measured:
    people = options.people or (access.FEW if options.quick else access.MANY)
    figures = access.run(*_servers(), people=people, pause=options.pause, say=report.say)
    return figures, access.marks_met(figures)


def _servers() -> tuple[str, str]:
    return os.environ["DATABASE_URL"], os.environ["REDIS_URL"]


SUBJECTS: dict[str, Callable[[argparse.Namespace], Measured]] = {
    "callbacks": callbacks,
    "partners": registry,
    "mailing": mailings,
    "access": accesses,
}


if __name__ == "__main__":
    sys.exit(main())
