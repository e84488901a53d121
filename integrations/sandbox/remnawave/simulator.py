"""The Remnawave panel as a part of the sandbox."""

from __future__ import annotations

from integrations.sandbox.remnawave.panel import Panel

SIMULATOR = Panel
