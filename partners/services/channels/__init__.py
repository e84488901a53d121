"""The channels people write by: one module each, named here once."""

from __future__ import annotations

from partners.models import Channel, Lead
from partners.services.channels import flexbe, protalk, telegram, umnico
from partners.services.channels.base import (
    ByHand,
    Incoming,
    Learned,
    NoAddress,
    Port,
    Reader,
    Said,
)

__all__ = [
    "ANSWERED_THERE",
    "PORTS",
    "READERS",
    "ByHand",
    "Incoming",
    "Learned",
    "NoAddress",
    "Port",
    "Reader",
    "Said",
    "called",
    "port_of",
]

# Slug of a source → what reads its calls.
READERS: dict[str, Reader] = {
    "flexbe": flexbe.read,
    "protalk": protalk.read,
    "umnico": umnico.read,
}

# The way back, by channel.
PORTS: dict[Channel, Port] = {
    Channel.FLEXBE: flexbe.FormPort(),
    Channel.PROTALK_CLIENT: protalk.ClientBot(),
    Channel.PROTALK_PARTNER: protalk.PartnerBot(),
    Channel.TELEGRAM: telegram.TelegramPort(),
    Channel.UMNICO: umnico.UmnicoPort(),
}


# Why nobody is wanted: somebody answers already, past us.
ANSWERED_THERE = frozenset(port.answered_there for port in PORTS.values())


def port_of(channel: str) -> Port:
    """Raises KeyError for a channel that cannot answer."""
    return PORTS[Channel(channel)]


def called(source: Lead.Source | str) -> list[Channel]:
    """The channels whose requests are said to come from there."""
    return [channel for channel, port in PORTS.items() if port.source == source]
