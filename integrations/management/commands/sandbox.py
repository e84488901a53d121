"""`manage.py sandbox`: every outside service, simulated, in one process."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.sandbox.core.errors import SandboxRefused
from integrations.sandbox.core.server import SandboxServer


class Command(BaseCommand):
    help = "Serve the simulators of all outside services. Local settings only."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8090)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            server = SandboxServer.from_settings(options["host"], options["port"])
        except SandboxRefused as refused:
            raise CommandError(str(refused)) from None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: threading.Thread(target=server.close).start())
        self.stdout.write(f"Sandbox: {server.url}/")
        server.serve()
