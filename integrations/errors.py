"""Errors of talking to other systems. The class says whether a retry can help."""

from __future__ import annotations

from typing import Any, ClassVar


class IntegrationError(Exception):
    """Another system could not do what we asked.

    `payload` is its parsed answer, for the adapter that knows the service; it is never part of
    the message.
    """

    retryable: ClassVar[bool] = False

    def __init__(
        self, message: str, *, service: str, status: int | None = None, payload: Any = None
    ) -> None:
        super().__init__(message)
        self.service = service
        self.status = status
        self.payload = payload


class ServiceUnreachable(IntegrationError):
    """No usable answer: network failure, timeout, 429, 5xx or garbage. Worth a retry.

    `maybe_executed` is False only when the call surely had no effect: it never left, or was turned
    away by 429.
    """

    retryable = True

    def __init__(
        self,
        message: str,
        *,
        service: str,
        status: int | None = None,
        payload: Any = None,
        maybe_executed: bool = True,
    ) -> None:
        super().__init__(message, service=service, status=status, payload=payload)
        self.maybe_executed = maybe_executed


class ConnectionLost(ServiceUnreachable):
    """The other side took the call and closed the connection without a word."""


class ServiceRefused(IntegrationError):
    """The service answered, and the answer is no. A retry would hear the same."""


class CallbackRejected(Exception):
    """An inbound call is not what it claims to be. Answered with 403, never in its words."""


class CallbackMalformed(Exception):
    """An inbound call cannot be read. Answered with 400."""
