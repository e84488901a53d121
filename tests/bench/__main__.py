"""`./dev bench [--quick] [--json]`: what the callback path takes, on a database that really writes."""

from __future__ import annotations

import argparse
import os
import sys

from tests.bench import report, session
from tests.bench.servers import BenchFailed


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about three minutes instead of ten")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
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


if __name__ == "__main__":
    sys.exit(main())
