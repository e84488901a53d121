"""The panel's error codes, in words of our own.

Reference: the table of errors in the panel's own source, libs/contract/constants/errors.
"""

from __future__ import annotations

from typing import Any

from integrations.errors import ConnectionLost, IntegrationError, ServiceRefused, ServiceUnreachable

SERVICE = "remnawave"

USERNAME_TAKEN = "A019"
ALREADY_DISABLED = "A029"
ALREADY_ENABLED = "A030"
NOT_FOUND = frozenset({"A025", "A062", "A063"})  # the user; users; the user by one of its fields

MEANINGS = {
    USERNAME_TAKEN: "a user of this name exists",
    "A020": "a user with this short id exists",
    "A025": "there is no such user",
    ALREADY_DISABLED: "the user is disabled already",
    ALREADY_ENABLED: "the user is enabled already",
    "A062": "there are no such users",
    "A063": "there is no such user",
    "A089": "the status LIMITED or EXPIRED cannot be set by hand",
    "E401": "it does not accept REMNAWAVE_API_TOKEN",
    "E403": "REMNAWAVE_API_TOKEN has no right to this",
    "A004": "REMNAWAVE_API_TOKEN has no right to this",
    "E500": "it failed inside",
}
BY_STATUS = {
    400: "it finds the data invalid",
    401: "it does not accept REMNAWAVE_API_TOKEN",
    403: "REMNAWAVE_API_TOKEN has no right to this",
    404: "there is nothing at this address: is REMNAWAVE_BASE_URL right?",
}


def code_of(error: IntegrationError) -> str:
    """The panel's errorCode, or nothing."""
    payload: Any = error.payload
    code = payload.get("errorCode") if isinstance(payload, dict) else None
    return code if isinstance(code, str) else ""


def explained(error: IntegrationError) -> IntegrationError:
    """The same error with a sentence that says what the panel means."""
    if isinstance(error, ConnectionLost):
        return ConnectionLost(
            "remnawave closed the connection without an answer. It does so on an unknown address"
            " and on a call whose X-Forwarded-For and X-Forwarded-Proto were lost on the way:"
            " check REMNAWAVE_BASE_URL and the proxy before the panel",
            service=SERVICE,
        )
    code = code_of(error)
    meaning = MEANINGS.get(code) or BY_STATUS.get(error.status or 0)
    if meaning is None:
        return error
    message = f"remnawave answered {error.status}{f' {code}' if code else ''}: {meaning}"
    if isinstance(error, ServiceUnreachable):
        return ServiceUnreachable(
            message,
            service=SERVICE,
            status=error.status,
            payload=error.payload,
            maybe_executed=error.maybe_executed,
        )
    return ServiceRefused(message, service=SERVICE, status=error.status, payload=error.payload)
