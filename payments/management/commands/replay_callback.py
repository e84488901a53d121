from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.models import InboundCallback
from payments.registry import UnknownProvider
from payments.services import callbacks, confirmations, judging

Status = InboundCallback.Status
WAIT = 5.0  # seconds for a worker that was faster and holds the row


class Command(BaseCommand):
    help = (
        "Apply one stored call again, as if it had just arrived. Harmless where it was applied before. A refused one is"
        " applied only if the keys of today find its signature right."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "id", type=int, help="number of the stored call (admin: incoming calls)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        row = InboundCallback.objects.filter(pk=options["id"]).first()
        if row is None:
            raise CommandError(f"There is no stored call {options['id']}.")
        if row.verdict != InboundCallback.Verdict.ACCEPTED:
            row = self._admitted(row)
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

    def _admitted(self, refused: InboundCallback) -> InboundCallback:
        """A refused call whose signature is right with the keys of today, as the accepted call it would be."""
        try:
            admitted = judging.admit(refused)
        except UnknownProvider:
            admitted = None
        if admitted is None:
            raise CommandError(
                f"Call {refused.pk} was refused ({refused.verdict_reason}), and today's keys refuse it too: nobody"
                " vouches for it."
            )
        self.stdout.write(f"call {refused.pk} is right with today's keys: now call {admitted}")
        return InboundCallback.objects.get(pk=admitted)

    def _settled(self, callback_id: int) -> InboundCallback:
        until = time.monotonic() + WAIT
        while True:
            row = InboundCallback.objects.get(pk=callback_id)
            if row.status != Status.RECEIVED or time.monotonic() > until:
                return row
            time.sleep(0.2)
