"""The tax service as a part of the sandbox."""

from __future__ import annotations

from integrations.sandbox.fns.service import Fns

SIMULATOR = Fns
