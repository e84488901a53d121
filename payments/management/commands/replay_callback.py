from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.models import InboundCallback
from payments.services import callbacks, confirmations

Status = InboundCallback.Status
WAIT = 5.0  # seconds for a worker that was faster and holds the row


class Command(BaseCommand):
    help = "Apply one stored call again, as if it had just arrived. Harmless where it was applied before."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "id", type=int, help="number of the stored call (admin: incoming calls)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        row = InboundCallback.objects.filter(pk=options["id"]).first()
        if row is None:
            raise CommandError(f"There is no stored call {options['id']}.")
        if row.verdict != InboundCallback.Verdict.ACCEPTED:
            raise CommandError(
                f"Call {row.pk} was refused ({row.verdict_reason}): nobody vouches for it."
            )
        callbacks.replay(row.pk)
        callbacks.drain_callbacks(seconds=WAIT)
        confirmations.confirm_callbacks(seconds=WAIT)
        row = self._settled(row.pk)
        case = f" [{row.case}]" if row.case else ""
        self.stdout.write(
            f"call {row.pk}: {row.status}, {row.outcome or row.error or 'no word'}{case}"
        )
        if row.status != Status.APPLIED:
            sys.exit(1)

    def _settled(self, callback_id: int) -> InboundCallback:
        until = time.monotonic() + WAIT
        while True:
            row = InboundCallback.objects.get(pk=callback_id)
            if row.status != Status.RECEIVED or time.monotonic() > until:
                return row
            time.sleep(0.2)
