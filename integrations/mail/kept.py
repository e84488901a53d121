"""The session a process keeps: letters that follow each other share one connection."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from integrations.mail.sender import Mailbox
from integrations.mail.session import IDLE, Session


class KeptSession:
    """One for each process. Nobody sends for a while: it signs out; a child of a fork begins anew."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._timer: threading.Timer | None = None

    @contextmanager
    def use(self, mailbox: Mailbox) -> Iterator[Session]:
        """The session at this mailbox, alone. Other settings than before: another session."""
        with self._lock:
            self._cancel()
            if self._session is None or self._session.mailbox != mailbox:
                self._close()
                self._session = Session(mailbox)
            try:
                yield self._session
            finally:
                self._timer = threading.Timer(IDLE, self.close)
                self._timer.daemon = True
                self._timer.start()

    def close(self) -> None:
        """Sign out, unless somebody is sending just now."""
        if self._lock.acquire(blocking=False):
            try:
                self._close()
            finally:
                self._lock.release()

    def after_fork(self) -> None:
        """The connection is the parent's: the child lets go of it without a word."""
        session, self._session = self._session, None
        self._lock, self._timer = threading.Lock(), None
        if session is not None:
            session.forget()

    def _close(self) -> None:
        self._cancel()
        if self._session is not None:
            self._session.close()
            self._session = None

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


KEPT = KeptSession()
os.register_at_fork(after_in_child=KEPT.after_fork)
