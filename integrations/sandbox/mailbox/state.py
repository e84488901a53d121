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
    returned: list[str] = field(default_factory=list)  # kinds of what was sent back


@dataclass
class Incoming:
    """A message in the shop's own inbox: what came back, read by IMAP."""

    uid: int
    at: str
    source: str
    flags: list[str] = field(default_factory=list)


@dataclass
class MailboxState:
    letters: list[Mail] = field(default_factory=list)
    last_id: int = 0
    inbox: list[Incoming] = field(default_factory=list)
    last_uid: int = 0
    daily_limit: int = 0  # letters within 24 hours; 0: as many as there are
