"""Why a sender stops for now."""

from __future__ import annotations


class Rest(Exception):
    """The channel takes nothing at this moment; it is tried again within seconds."""


class TellAPerson(Exception):
    """Going on would do harm or is hopeless: the mailing is paused with this reason."""
