from __future__ import annotations

from datetime import timedelta

from integrations import selectors
from integrations.services import heartbeats
from project.doctor.findings import Finding, ago, failed, fine, warning
from project.health import LATE

# What stops while a process is away.
MEANING = {
    "worker@money": "calls of payment systems are stored, but not applied",
    "worker@access": "nobody who pays gets access",
    "worker@messages": "no message, letter or notice leaves",
    "worker@celery": "no backups, nothing is cleared out",
    "mailer": "mailings and broadcasts stand still",
    "beat": "invoices do not expire, lost wake-ups are not made up for",
    "bot": "customers get no answer",
}
PEOPLE = {
    "unknown": "about orders that are not ours",
    "dead": "that could not be applied",
}


def processes() -> list[Finding]:
    ages, machines = heartbeats.ages(), heartbeats.machines()
    return [_process(name, ages.get(name), machines.get(name, 0)) for name in heartbeats.PROCESSES]


def _process(name: str, age: timedelta | None, machines: int) -> Finding:
    if heartbeats.alive(age) and age is not None:
        where = f" on {machines} machines" if machines > 1 else ""
        return fine(name, f"seen {ago(age.total_seconds())} ago{where}")
    seen = "was never seen" if age is None else f"silent for {ago(age.total_seconds())}"
    return failed(name, f"{seen}: {MEANING[name]}", f"Is the {name} process running?")


def queues() -> list[Finding]:
    found = [
        _queue("Incoming calls", selectors.inbox_queue()),
        _queue("Outgoing reactions", selectors.outbox_queue()),
    ]
    found += [
        warning("For a person", f"{count} calls {PEOPLE[status]}", "Admin: incoming calls.")
        for status, count in selectors.calls_for_people().items()
    ]
    stuck = selectors.stuck_reactions()
    if stuck:
        found.append(warning("Failing again and again", f"{stuck} reactions", "Admin: outbox."))
    return found


def _queue(title: str, queue: selectors.Queue) -> Finding:
    if queue.overdue > LATE:
        late = ago(queue.overdue.total_seconds())
        return failed(
            title, f"{queue.waiting} wait, the oldest is {late} late", "Is a worker running?"
        )
    return fine(title, f"{queue.waiting} wait")
