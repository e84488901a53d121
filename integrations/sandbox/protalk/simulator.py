"""ProTalk as a part of the sandbox."""

from __future__ import annotations

from integrations.sandbox.protalk.bots import ProTalk

SIMULATOR = ProTalk
