from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.clock import now
from payments.models import ReconciliationRun
from payments.provider import ListsPayments
from payments.registry import UnknownProvider, get_provider, provider_label
from payments.services.reconciliation.runs import AlreadyRunning, execute, order
from payments.services.reconciliation.subjects import PANEL, subjects

DEFAULT_DAYS = 3
DIFFERS, NOT_DONE = 1, 2


def moment(text: str) -> datetime:
    """2026-11-20, 2026-11-20T09:30+03:00, or 36h, 14d back from now."""
    if text[:-1].isdigit() and text[-1] in "hd":
        count = int(text[:-1])
        return now() - (timedelta(hours=count) if text[-1] == "h" else timedelta(days=count))
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no date: 2026-11-20, 36h or 14d") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = (
        "Compare our books with the providers' lists and the panel, and keep what differs for the admin."
        " Moves nothing. Exit 1 where differences are open, 2 where a comparison could not be done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--provider", help="only this one: a name of PAYMENT_PROVIDERS")
        parser.add_argument("--panel", action="store_true", help="only the panel")
        parser.add_argument(
            "--since", type=moment, help=f"2026-11-20, 36h or 14d; {DEFAULT_DAYS}d if not given"
        )
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        since = options["since"] or now() - timedelta(days=DEFAULT_DAYS)
        reports = [self._report(subject, since) for subject in self._chosen(options)]
        if options["json"]:
            self.stdout.write(json.dumps(reports, ensure_ascii=False, indent=2))
        else:
            for report in reports:
                self._tell(report)
        if any(report["status"] != ReconciliationRun.Status.DONE for report in reports):
            sys.exit(NOT_DONE)
        if any(report["open"] for report in reports):
            sys.exit(DIFFERS)

    def _chosen(self, options: Any) -> list[str]:
        slug = options["provider"]
        chosen = [PANEL] if options["panel"] else []
        if not slug:
            return chosen or subjects()
        try:
            provider = get_provider(slug)
        except UnknownProvider:
            raise CommandError(
                f"{slug} is not switched on in PAYMENT_PROVIDERS.", returncode=NOT_DONE
            ) from None
        if not isinstance(provider, ListsPayments):
            raise CommandError(
                f"{provider.label}: its API cannot list payments. Upload a statement in the admin.",
                returncode=NOT_DONE,
            )
        return [slug, *chosen]

    def _report(self, subject: str, since: datetime) -> dict[str, Any]:
        """One finished run in plain values."""
        try:
            run = order(subject=subject, since=since, until=now())
            run = execute(run_id=run.pk)
        except AlreadyRunning:
            return {"subject": subject, "status": "running", "error": "another run goes on"}
        lines = run.lines.select_related("payment")
        return {
            "subject": subject,
            "run": run.pk,
            "status": run.status,
            "error": run.error,
            "since": run.since.isoformat(),
            "theirs": run.theirs,
            "ours": run.ours,
            "open": run.open_lines.count(),
            "differences": [
                {
                    "kind": line.kind,
                    "title": str(line.get_kind_display()),
                    "payment": line.payment_id,
                    "reference": line.reference,
                    "ours": line.ours,
                    "theirs": line.theirs,
                    "explained": line.resolution,
                }
                for line in lines
            ],
        }

    def _tell(self, report: dict[str, Any]) -> None:
        name = "Remnawave" if report["subject"] == PANEL else provider_label(report["subject"])
        for line in report.get("differences", []):
            sign = "✅" if line["explained"] else "❌"
            number = f"№ {line['payment']}" if line["payment"] else "—"
            self.stdout.write(
                f"{sign} {name} {number} {line['reference']}: {line['title']};"
                f" {line['ours'] or '—'} | {line['theirs'] or '—'}"
            )
        if report["status"] != ReconciliationRun.Status.DONE:
            self.stdout.write(f"❌ {name}: {report['error']}")
            return
        self.stdout.write(
            f"{'❌' if report['open'] else '✅'} {name}: {report['theirs']} listed since"
            f" {report['since'][:16]}, {report['ours']} here, {report['open']} open differences"
            f" (run {report['run']}){': ' + report['error'] if report['error'] else ''}"
        )
