"""What is peculiar to a channel is said in its own file: everybody else asks its port."""

from __future__ import annotations

import re

from partners.models import Channel
from partners.services.channels import PORTS
from tests.architecture import rules
from tests.architecture.source import READ_ONCE, product, read, tree

pytestmark = READ_ONCE

FOLDER = "partners/services/channels/"
# The bot itself brings what is written to it.
BRINGS = "bot/contractors.py"
# Services that are named for nothing but their channel; Telegram is also where partners and subscribers are.
NAME = re.compile(r"umnico|protalk|flexbe", re.IGNORECASE)
# The marks that a wording may not hold.
WORDINGS = "partners/services/cards/rendering.py"


def test_no_channel_is_named_outside_their_folder():
    found = [
        f"{name}:{line}"
        for name in product()
        if not name.startswith(FOLDER) and name != BRINGS
        for line in rules.named_channels(tree(name))
    ]
    assert found == []
    assert rules.named_channels(tree(BRINGS)) != []


def test_no_service_of_the_partners_speaks_of_a_channel_by_name():
    found = [
        f"{name}:{number}: {match[0]}"
        for name in product()
        if name.startswith("partners/services/") and not name.startswith((FOLDER, WORDINGS))
        for number, line in enumerate(read(name).splitlines(), 1)
        if (match := NAME.search(line))
    ]
    assert found == []


def test_every_channel_has_a_port_of_its_own():
    assert set(PORTS) == set(Channel)
    assert {channel: port.channel for channel, port in PORTS.items()} == {
        one: one for one in Channel
    }
