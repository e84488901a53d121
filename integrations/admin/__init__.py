"""The back office of what came in and what must go out, and the parts every other page is made of."""

from __future__ import annotations

from integrations.admin import brand, callbacks, letters, outbox, suppressions

__all__ = ["brand", "callbacks", "letters", "outbox", "suppressions"]
