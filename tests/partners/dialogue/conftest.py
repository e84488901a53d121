from __future__ import annotations

from typing import Any

import pytest

from partners.models import Channel, Partner
from partners.services import channels
from tests.partners.dialogue.person import Person, Window
from tests.partners.factories import a_partner
from tests.partners.understanding.conftest import lists
from tests.support.ports import stand_ins

__all__ = ["lists"]


@pytest.fixture
def window(monkeypatch) -> Window:
    """What leaves by any channel."""
    made = Window()
    monkeypatch.setattr(channels, "PORTS", stand_ins(made))
    return made


@pytest.fixture
def person(lists, db, window) -> Any:
    """Somebody who writes in Umnico, unless told otherwise."""

    def make(channel: Channel = Channel.UMNICO, **contacts: str) -> Person:
        return Person(window, channel, **contacts)

    return make


@pytest.fixture
def roofers(lists, db) -> list[Partner]:
    """Seven companies that do roofs in Tatarstan; one does them elsewhere."""
    a_partner(regions=["77"])
    return [a_partner(name=f"Кровля-Тест {number}", regions=["16"]) for number in range(7)]
