"""Who really called: X-Forwarded-For is believed only as far as our own proxies wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any


def client_address(meta: Mapping[str, Any], trusted_proxies: Iterable[str]) -> str:
    """The nearest address that is not one of our declared proxies; "" where there is none.

    The header is read from the right, hop by hop, because everything left of our own proxy is the caller's word.
    """
    address = _normal(str(meta.get("REMOTE_ADDR", "")))
    networks = _networks(tuple(trusted_proxies))
    hops = [
        hop.strip() for hop in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",") if hop.strip()
    ]
    while address and hops and any(ip_address(address) in network for network in networks):
        address = _normal(hops.pop())
    return address


@lru_cache(maxsize=8)
def _networks(proxies: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(proxy, strict=False) for proxy in proxies)


@lru_cache(maxsize=1024)
def _normal(text: str) -> str:
    """Canonical text of an address, IPv4-mapped IPv6 unwrapped; "" for anything else."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
