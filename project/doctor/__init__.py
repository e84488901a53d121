"""What `manage.py doctor` looks at. Every section asks, none changes anything, none can stop the others."""

from __future__ import annotations

from project.doctor.backups import backups
from project.doctor.configuration import configuration
from project.doctor.findings import Finding, Level, Section
from project.doctor.mail_records import mail_domain
from project.doctor.outside import public_address
from project.doctor.processes import processes, queues
from project.doctor.providers import providers
from project.doctor.registry import lists, tax_service
from project.doctor.services import mail, panel, waiting_letters
from project.doctor.sources import sources
from project.doctor.stores import can_read, database, disk, redis
from project.doctor.telegram import telegram
from project.doctor.umnico import umnico

__all__ = ["Finding", "Level", "Section", "configuration", "examine", "providers"]


def examine() -> list[Section]:
    """Everything, in the order in which one would look: what stands first explains what fails later."""
    first = [
        Section("Configuration", configuration()),
        Section("Database", database()),
        Section("Redis", redis()),
        Section("Disk", disk()),
        Section("Public address", public_address()),
    ]
    readable = can_read()
    inside = (
        [
            Section("Processes", processes()),
            Section("Queues", queues()),
            Section("Backups", backups()),
            Section("Registry", lists()),
        ]
        if readable
        else []
    )
    outside = [
        Section("Remnawave", panel()),
        Section("Telegram", telegram()),
        Section("E-mail", [*mail(), *mail_domain(), *(waiting_letters() if readable else [])]),
        Section("FNS", tax_service(kept=readable)),
        Section("Umnico API", umnico()),
    ]
    return [
        *first,
        *inside,
        *providers(calls=readable),
        *sources(calls=readable),
        *outside,
    ]
