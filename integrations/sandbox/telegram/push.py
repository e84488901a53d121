"""Webhook mode: updates are pushed to the bot's address, in order, each until it is answered with
2xx.
"""

from __future__ import annotations

import json
import time

import requests

from integrations.sandbox.telegram.messenger import Messenger
from integrations.sandbox.telegram.state import Webhook, Wire

BACK_OFF = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
TIMEOUT = 10.0


class Pusher:
    """The thread that delivers. A changed webhook starts the back-off anew."""

    def __init__(self, telegram: Messenger) -> None:
        self.telegram = telegram
        self.session = requests.Session()
        self.session.trust_env = False

    def run(self) -> None:
        hub = self.telegram.hub
        failures = 0
        while not hub.stopping.is_set():
            with hub.lock:
                if not hub.wait(self._has_work, 1.0):
                    continue
                hook, update = self.telegram.state.webhook, self.telegram.state.updates[0]
            error = self._deliver(hook, update)
            with hub.lock:
                if self._settled(hook, update, error):
                    failures = 0
                    continue
                seconds = BACK_OFF[min(failures, len(BACK_OFF) - 1)]
                failures += 1
                hub.wait(lambda hook=hook: self.telegram.state.webhook is not hook, seconds)  # type: ignore[misc]

    def _has_work(self) -> bool:
        return bool(self.telegram.state.webhook.url and self.telegram.state.updates)

    def _settled(self, hook: Webhook, update: Wire, error: str) -> bool:
        """Note the outcome; true where the next update may go at once."""
        if self.telegram.state.webhook is not hook:
            return True
        if not error:
            self.telegram.confirm(update["update_id"] + 1)
            self.telegram.hub.changed()
            return True
        hook.last_error_date, hook.last_error_message = self.telegram.now(), error
        self.telegram.hub.changed()
        return False

    def _deliver(self, hook: Webhook, update: Wire) -> str:
        """Empty on success, else the words getWebhookInfo shows."""
        headers = {"Content-Type": "application/json"}
        if hook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
        body = json.dumps(update, ensure_ascii=False).encode()
        started = time.monotonic()
        status, error = 0, ""
        try:
            answer = self.session.post(
                hook.url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False
            )
            status = answer.status_code
        except requests.ConnectionError:
            error = "Connection refused"
        except requests.RequestException:
            error = "Read timeout expired"
        if status and not 200 <= status < 300:
            error = f"Wrong response from the webhook: {status}"
        self._record(hook, body, status, started, error)
        return error

    def _record(self, hook: Webhook, body: bytes, status: int, started: float, error: str) -> None:
        hub = self.telegram.hub
        with hub.lock:
            hub.journal.add(
                at=hub.clock.now().isoformat(timespec="milliseconds"),
                service=self.telegram.slug,
                direction="out",
                method="POST",
                path=hook.url,
                operation="webhook",
                subject="",
                status=status,
                ms=round((time.monotonic() - started) * 1000),
                fault="",
                request=body.decode()[:2000],
                answer=error,
            )
