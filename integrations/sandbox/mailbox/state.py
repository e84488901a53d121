"""What the simulated mailbox remembers."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Mail:
    """A letter that was taken. `source` is what came over the wire, headers and all."""

    id: int
    at: str
    sender: str
    to: str
    subject: str
    text: str
    html: str
    source: str
    message_id: str


@dataclass
class MailboxState:
    letters: list[Mail] = field(default_factory=list)
    last_id: int = 0
