"""ProTalk's API, as working clients of others use it; the service publishes no reference.

`POST /api/v1.0/send_message` is the only call known to say something into a chat. That it reaches the person in the
same chat has to be confirmed in the cabinet: docs/protalk.md.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import quote

from django.conf import settings

from integrations.errors import ServiceRefused, ServiceUnreachable
from integrations.http import Client

SERVICE = "protalk"
BASE_URL = "https://api.pro-talk.ru"
SECONDS_TO_SAY = 20.0
SECONDS_TO_THINK = 300.0  # a bot may think for minutes
PAUSE = 3.0  # seconds between two looks for a reply

Which = Literal["client", "partner"]


class ProTalkOff(ServiceRefused):
    """There is no token: nothing can be said to this bot's people."""


class Bot:
    """One bot. Raises ServiceUnreachable and ServiceRefused; neither names the token, nor does the log."""

    def __init__(
        self,
        *,
        base_url: str,
        token: str,
        bot_id: str,
        pause: float,
        patience: float = SECONDS_TO_THINK,
    ) -> None:
        self._token, self._pause, self._patience = token, pause, patience
        self._bot_id: int | str = int(bot_id) if bot_id.isdecimal() else bot_id
        headers = {"Authorization": f"Bearer {token}"}
        self._chats = Client(
            service=SERVICE, base_url=base_url, headers=headers, deadline=SECONDS_TO_SAY
        )
        self._mind = Client(service=SERVICE, base_url=base_url, deadline=patience)

    def say(self, *, chat: str, number: str, text: str) -> None:
        """Into the chat a person wrote in; `number` is our own for the message and the same at every try."""
        body = {"chat_id": chat, "message_id": number, "message": text}
        _not_refused(self._chats.post("/api/v1.0/send_message", body=body).data)

    def ask(self, question: str, *, chat: str) -> str:
        """What the bot itself answers, in one call of up to `patience` seconds. `chat` names the dialogue."""
        body = {"bot_id": self._bot_id, "chat_id": chat, "message": question}
        answer = self._mind.post(
            f"/api/v1.0/ask/{quote(self._token, safe='')}",
            body=body,
            log_path="/api/v1.0/ask/***",
        )
        return _words(_not_refused(answer.data), "done")

    def ask_and_poll(self, question: str, *, chat: str) -> str:
        """The same for bots that think longer than a connection lives: ask, then look for the reply.

        `chat` has to be a fresh one: an older reply is told from the new one only by its words.
        """
        until = time.monotonic() + self._patience
        where = {"bot_id": self._bot_id, "bot_token": self._token, "bot_chat_id": chat}
        stale = self._last_reply(where)
        asked = self._mind.post("/api/v1.0/send_message_async", body={**where, "message": question})
        _not_refused(asked.data)
        while time.monotonic() + self._pause < until:
            time.sleep(self._pause)
            reply = self._last_reply(where)
            if reply and reply != stale:
                return reply
        raise ServiceUnreachable(
            f"protalk had no reply within {self._patience:g} s", service=SERVICE
        )

    def _last_reply(self, where: dict[str, Any]) -> str:
        data = _not_refused(self._mind.post("/api/v1.0/get_last_reply", body=where).data)
        reply = data.get("message") if isinstance(data, dict) else None
        return reply.strip() if isinstance(reply, str) else ""


def _not_refused(data: Any) -> Any:
    """The answer, unless it is a refusal under 200."""
    if isinstance(data, dict) and data.get("error"):
        raise ServiceRefused("protalk refused under 200", service=SERVICE, payload=data)
    return data


def _words(data: Any, name: str) -> str:
    words = data.get(name) if isinstance(data, dict) else None
    if not isinstance(words, str) or not words.strip():
        raise ServiceUnreachable(f"protalk answered without words in {name}", service=SERVICE)
    return words.strip()


def get_bot(which: Which) -> Bot:
    """The clients' bot or the partners'. Raises ProTalkOff where it has no token."""
    credentials = settings.CREDENTIALS
    if which == "client":
        name = "PROTALK_CLIENT_BOT_TOKEN"
        token = credentials.get("PROTALK_CLIENT_BOT_TOKEN") or ""
        bot_id = credentials.get("PROTALK_CLIENT_BOT_ID") or ""
    else:
        name = "PROTALK_PARTNER_BOT_TOKEN"
        token = credentials.get("PROTALK_PARTNER_BOT_TOKEN") or ""
        bot_id = credentials.get("PROTALK_PARTNER_BOT_ID") or ""
    if not token:
        raise ProTalkOff(f"{name} is not set", service=SERVICE)
    return _bot(credentials.get("PROTALK_BASE_URL") or BASE_URL, token, bot_id)


@lru_cache(maxsize=4)
def _bot(base_url: str, token: str, bot_id: str) -> Bot:
    return Bot(base_url=base_url, token=token, bot_id=bot_id, pause=PAUSE)
