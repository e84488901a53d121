"""Letters that cannot wait for the database: no row, nobody asked whether they may leave, little patience."""

from __future__ import annotations

from dataclasses import replace

from integrations.errors import IntegrationError
from integrations.mail.sender import get_mailbox
from integrations.mail.session import Session

PATIENCE = 5  # seconds for each answer of the server


class OpenGate:
    """Suppressed addresses, caps and pauses stand in the database; these few letters leave without a look at them."""

    def admit(self, address: str, *, bulk: bool) -> None:
        """Everybody may be written to."""

    def refused(self, error: IntegrationError, *, bulk: bool) -> IntegrationError:
        return error

    def sent(self, *, bulk: bool) -> None:
        """Nothing is counted."""


def urgent_session() -> Session:
    """A connection of its own. Raises MailOff; its letters raise as `Session.send` does, without a pause."""
    return Session(replace(get_mailbox(), timeout=PATIENCE), gate=OpenGate())
