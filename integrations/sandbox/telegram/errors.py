"""The Bot API's way to say no."""

from __future__ import annotations

from typing import Any


class BotApiError(Exception):
    """Answered as `{"ok": false, "error_code": …, "description": …}` with the same HTTP status."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def wire(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad_request(reason: str) -> BotApiError:
    return BotApiError(400, f"Bad Request: {reason}")
