"""1Plat as a part of the sandbox."""

from __future__ import annotations

from integrations.sandbox.oneplat.shop import Shop


class Oneplat(Shop):
    """The shop with its deliveries (see `delivery.py`) and its pages."""


SIMULATOR = Oneplat
