"""Umnico as a part of the sandbox."""

from __future__ import annotations

from integrations.sandbox.umnico.account import Umnico

SIMULATOR = Umnico
