"""A site made in Tilda as a part of the sandbox."""

from __future__ import annotations

from integrations.sandbox.tilda.site import Tilda

SIMULATOR = Tilda
