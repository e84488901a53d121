from __future__ import annotations

import json
import logging
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from project.doctor import Level, Section, examine


class Command(BaseCommand):
    help = "Look at everything the shop needs and say what is wrong; exit 1 where something fails."
    requires_system_checks = []  # it reports them itself

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        with _only_the_report():
            sections = [
                Section(section.name, [finding.clean() for finding in section.findings])
                for section in examine()
            ]
        worst = max(section.worst for section in sections)
        if options["json"]:
            self._as_json(sections, worst)
        else:
            self._as_text(sections, worst)
        if worst is Level.FAILED:
            sys.exit(1)

    def _as_json(self, sections: list[Section], worst: Level) -> None:
        report = {
            "ok": worst is not Level.FAILED,
            "sections": [
                {
                    "name": section.name,
                    "findings": [
                        asdict(finding) | {"level": finding.level.name.lower()}
                        for finding in section.findings
                    ],
                }
                for section in sections
            ],
        }
        self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))

    def _as_text(self, sections: list[Section], worst: Level) -> None:
        for section in sections:
            self.stdout.write(f"\n{section.name}")
            for finding in section.findings:
                self.stdout.write(f"  {finding.level.sign} {finding.title}: {finding.detail}")
                if finding.hint and finding.level is not Level.FINE:
                    self.stdout.write(f"      → {finding.hint}")
        summary = {
            Level.FINE: "Everything is fine.",
            Level.WARNING: "It works; see the warnings.",
            Level.FAILED: "Something is broken: see ❌.",
        }
        self.stdout.write(f"\n{worst.sign} {summary[worst]}")


@contextmanager
def _only_the_report() -> Iterator[None]:
    """Without a log line for each call it makes."""
    calls = logging.getLogger("integrations")
    before = calls.level
    calls.setLevel(logging.WARNING)
    try:
        yield
    finally:
        calls.setLevel(before)
