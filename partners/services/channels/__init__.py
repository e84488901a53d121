"""The channels people write by: one module each, named here once."""

from __future__ import annotations

from partners.models import Channel
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
    "PORTS",
    "READERS",
    "ByHand",
    "Incoming",
    "Learned",
    "NoAddress",
    "Port",
    "Reader",
    "Said",
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
    Channel.FLEXBE: flexbe.ByMail(),
    Channel.PROTALK_CLIENT: protalk.ClientBot(),
    Channel.PROTALK_PARTNER: protalk.PartnerBot(),
    Channel.TELEGRAM: telegram.TelegramPort(),
    Channel.UMNICO: umnico.UmnicoPort(),
}


def port_of(channel: str) -> Port:
    """Raises KeyError for a channel that cannot answer."""
    return PORTS[Channel(channel)]
