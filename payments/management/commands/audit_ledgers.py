from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand

from payments.services.audit import LIMIT, RULES, audit_ledgers


class Command(BaseCommand):
    help = "Prove that ledgers, subscriptions and payments agree; exit 1 where they do not."

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        report = audit_ledgers()
        for name, count in report.counts.items():
            self.stdout.write(f"{count:>12,} {name}")
        for account, currency, balance in report.balances:
            self.stdout.write(f"{balance:>12,} {currency} {account}")
        for difference in report.differences:
            self.stdout.write(f"❌ {difference.subject}: {difference.detail} ({difference.rule})")
        elapsed = f"{time.monotonic() - started:.1f} s"
        if report.differences:
            more = " at least" if len(report.differences) >= LIMIT else ""
            self.stdout.write(f"{more} {len(report.differences)} differences, {elapsed}".strip())
            sys.exit(1)
        self.stdout.write(f"✅ {len(RULES)} rules hold for all rows, {elapsed}")
