"""Where YooKassa's notifications come from: the only thing about them that can be checked offline.

https://yookassa.ru/developers/using-api/webhooks#ip
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network

# The union of the documentation page and of the official SDKs; the SDKs name four /64 inside the IPv6 network.
NETWORKS = tuple(
    ip_network(network)
    for network in (
        "185.71.76.0/27",
        "185.71.77.0/27",
        "77.75.153.0/25",
        "77.75.154.128/25",
        "77.75.156.11",
        "77.75.156.35",
        "2a02:5180::/32",
    )
)


def is_theirs(address: str) -> bool:
    """Whether an address is one they call from; IPv4 inside IPv6 is read as IPv4."""
    try:
        caller = ip_address(address.strip())
    except ValueError:
        return False
    caller = getattr(caller, "ipv4_mapped", None) or caller
    return any(caller in network for network in NETWORKS)
