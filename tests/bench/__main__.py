"""`./dev bench [partners|mailing|access] [--quick] [--json]`: what the callback path takes, the registry's pages with
100,000 partners, broadcasts by workers that are killed, or how fast those who have paid get in; on a database that
really writes."""

from __future__ import annotations

import argparse
import os
import sys

from tests.bench import access, mailing, partners, report, selling, session, settle
from tests.bench.servers import BenchFailed


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument(
        "subject",
        nargs="?",
        choices=["callbacks", "partners", "mailing", "access"],
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
    if options.subject == "partners":
        return registry(options)
    if options.subject == "mailing":
        return mailings(options)
    if options.subject == "access":
        return accesses(options)
    plan = session.QUICK if options.quick else session.FULL
    try:
        figures = session.run(
            os.environ["DATABASE_URL"], os.environ["REDIS_URL"], plan, say=report.say
        )
    except BenchFailed as failure:
        report.say(f"bench failed: {failure}")
        return 2
    report.table(figures)
    if options.json:
        report.json_line(figures)
    return 0 if report.marks_met(figures) else 1


def registry(options: argparse.Namespace) -> int:
    figures = partners.run(
        os.environ["DATABASE_URL"], os.environ["REDIS_URL"], quick=options.quick, say=report.say
    )
    if options.json:
        report.json_line(figures)
    return 0 if partners.marks_met(figures) else 1


def mailings(options: argparse.Namespace) -> int:
    if options.selling:
        return while_selling(options)
    figures = mailing.run(os.environ["DATABASE_URL"], quick=options.quick, say=report.say)
    if options.json:
        report.json_line(figures)
    return 0 if mailing.marks_met(figures) else 1


def while_selling(options: argparse.Namespace) -> int:
    try:
        figures = selling.run(
            os.environ["DATABASE_URL"],
            os.environ["REDIS_URL"],
            rate=options.rate,
            quick=options.quick,
            say=report.say,
        )
    except BenchFailed as failure:
        report.say(f"bench failed: {failure}")
        return 2
    if options.json:
        report.json_line(figures)
    return 0 if selling.marks_met(figures) else 1


def accesses(options: argparse.Namespace) -> int:
    try:
        figures = access.run(
            os.environ["DATABASE_URL"],
            os.environ["REDIS_URL"],
            people=options.people or (access.FEW if options.quick else access.MANY),
            pause=options.pause,
            say=report.say,
        )
    except BenchFailed as failure:
        report.say(f"bench failed: {failure}")
        return 2
    if options.json:
        report.json_line(figures)
    return 0 if access.marks_met(figures) else 1


if __name__ == "__main__":
    sys.exit(main())
