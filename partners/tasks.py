"""Partners' work in the background. Every task runs on the queue `messages`."""

from __future__ import annotations
