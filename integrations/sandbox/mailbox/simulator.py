"""The mailbox as a part of the sandbox."""

from __future__ import annotations

from integrations.sandbox.mailbox.mailbox import Mailbox

SIMULATOR = Mailbox
