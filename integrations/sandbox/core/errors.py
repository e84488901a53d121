"""What can go wrong in the sandbox itself (a simulated error of a service is an answer, not an
exception).
"""

from __future__ import annotations


class SandboxRefused(Exception):
    """The sandbox may not run under these settings."""


class ControlError(Exception):
    """A control request that makes no sense; answered as JSON with this status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
