"""What came in, what must go out, and who may be written to. All of it outlives every crash."""

from __future__ import annotations

from integrations.models.consent import Consent
from integrations.models.heartbeat import Heartbeat
from integrations.models.inbox import InboundCallback
from integrations.models.mail import (
    Bounce,
    Brand,
    MailboxPlace,
    MailMessage,
    MailMinute,
    MailPause,
    Suppression,
)
from integrations.models.outbox import OutboxMessage
from integrations.models.watching import Alert, ServiceMinute

__all__ = [
    "Alert",
    "Bounce",
    "Brand",
    "Consent",
    "Heartbeat",
    "InboundCallback",
    "MailMessage",
    "MailMinute",
    "MailPause",
    "MailboxPlace",
    "OutboxMessage",
    "ServiceMinute",
    "Suppression",
]
