"""Tilda's API as a part of the sandbox."""

from __future__ import annotations

from integrations.sandbox.tilda_api.project import TildaApi

SIMULATOR = TildaApi
