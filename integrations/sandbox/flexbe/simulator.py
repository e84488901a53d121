"""A site made in Flexbe as a part of the sandbox."""

from __future__ import annotations

from integrations.sandbox.flexbe.site import Flexbe

SIMULATOR = Flexbe
