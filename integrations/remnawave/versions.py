"""Which panel is behind the address.

Only people need the version: the client itself reads each user as it comes (users.ID_FIELDS), so
that a panel upgraded under our hands goes on working with the very next call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integrations.errors import ConnectionLost, ServiceRefused

BEFORE_METADATA = "2.x"  # panels before 2.5.0 close the socket on an address they do not know
WITHOUT_SCOPE = "2.8+"  # tokens have scopes since then, and ours may lack this one


def detect(call: Callable[[str, str], dict[str, Any]]) -> str:
    """The version in the panel's own words, "3.3.2"; as near as can be where it has none."""
    try:
        metadata = call("GET", "system/metadata")
    except ConnectionLost:
        return BEFORE_METADATA
    except ServiceRefused as error:
        if error.status == 404:
            return BEFORE_METADATA
        if error.status == 403:
            return WITHOUT_SCOPE
        raise
    return str(metadata.get("version") or "unknown")
