"""What background work says in Telegram. The bot itself, which listens, has its own library.

Reference: https://core.telegram.org/bots/api
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings

from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable
from integrations.http import Client, File
from integrations.telegram.errors import (
    SERVICE,
    ChatUnavailable,
    MaybeSent,
    MessageGone,
    NotModified,
    RetryLater,
    classified,
)
from integrations.telegram.pace import Lane, pace_of

API_URL = "https://api.telegram.org"
PATIENCE = 5.0  # seconds a message waits for its turn before it is given back to be sent later
INSIDE = ("creator", "administrator", "member")
Markup = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BotAccount:
    """Who we are in Telegram."""

    id: int
    username: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody's place in a chat. `status` is Telegram's word for it."""

    status: str
    is_in: bool
    manages_topics: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatFacts:
    """A chat as Telegram describes it. `kind`: private, group, supergroup or channel."""

    kind: str
    title: str
    is_forum: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookFacts:
    """Where updates are pushed to; an empty `url` where they are asked for. `failed_at` is a Unix time."""

    url: str
    waiting: int
    error: str = ""
    failed_at: int = 0


class BotApi:
    """Messages to chats; synchronous.

    Raises ServiceUnreachable and ServiceRefused, mostly as a class of integrations.telegram.errors.
    A message that may or may not have been sent is MaybeSent, any other ServiceUnreachable of a
    `send_` is surely not. A message waits for its turn (integrations.telegram.pace); in the lane of
    broadcasts the caller takes the turn himself, before he writes down that he sends.
    """

    def __init__(
        self,
        *,
        token: str,
        base_url: str = API_URL,
        deadline: float = 15.0,
        lane: Lane = Lane.FIRST,
    ) -> None:
        self._token = token
        self._lane = lane
        self.pace = pace_of(token)
        self._client = Client(service=SERVICE, base_url=base_url, deadline=deadline)

    def send_message(
        self,
        chat_id: int | str,
        text: str,
        *,
        reply_markup: Markup | None = None,
        parse_mode: str = "HTML",
        disable_preview: bool = True,
        thread_id: int | None = None,
    ) -> int:
        """Returns the message's id. `thread_id`: a topic of a group; ThreadGone where there is none."""
        return self._send(
            "sendMessage",
            {
                "chat_id": chat_id,
                "message_thread_id": thread_id,
                "text": text,
                "parse_mode": parse_mode,
                "link_preview_options": {"is_disabled": disable_preview},
                "reply_markup": reply_markup,
            },
        )

    def create_forum_topic(self, chat_id: int | str, name: str) -> int:
        """Make a topic of a group; returns its thread. Raises NoTopics where that cannot be."""
        made = self._call("createForumTopic", {"chat_id": chat_id, "name": name[:128]})
        if not isinstance(made, dict) or not isinstance(made.get("message_thread_id"), int):
            raise MaybeSent("telegram answered with no topic", service=SERVICE)
        thread_id: int = made["message_thread_id"]
        return thread_id

    def send_photo(
        self,
        chat_id: int | str,
        photo: bytes,
        caption: str = "",
        reply_markup: Markup | None = None,
        *,
        parse_mode: str = "HTML",
    ) -> int:
        """Send a PNG; returns the message's id."""
        fields = {
            "chat_id": chat_id,
            "caption": caption,
            "parse_mode": parse_mode,
            "reply_markup": reply_markup,
        }
        return self._send("sendPhoto", fields, {"photo": ("image.png", photo, "image/png")})

    def edit_message(
        self,
        chat_id: int | str,
        message_id: int,
        text: str,
        reply_markup: Markup | None = None,
        *,
        parse_mode: str = "HTML",
        disable_preview: bool = True,
    ) -> None:
        """Replace text and keyboard (no keyboard takes it away). May be repeated at will."""
        fields = {
            "chat_id": chat_id,
            "message_id": message_id,
            "text": text,
            "parse_mode": parse_mode,
            "link_preview_options": {"is_disabled": disable_preview},
            "reply_markup": reply_markup,
        }
        try:
            self._call("editMessageText", fields)
        except NotModified:
            return

    def delete_message(self, chat_id: int | str, message_id: int) -> bool:
        """Whether it was there and young enough (48 hours) to be deleted. May be repeated at will."""
        try:
            self._call("deleteMessage", {"chat_id": chat_id, "message_id": message_id})
        except MessageGone:
            return False
        return True

    def get_me(self) -> BotAccount:
        """A harmless call that needs the token."""
        me = self._call("getMe", {})
        if not isinstance(me, dict) or "id" not in me:
            raise ServiceUnreachable("telegram answered with no bot", service=SERVICE)
        return BotAccount(
            id=me["id"], username=me.get("username", ""), name=me.get("first_name", "")
        )

    def get_webhook(self) -> WebhookFacts:
        """What Telegram knows of our address, and why it last failed to call it."""
        found = self._call("getWebhookInfo", {})
        if not isinstance(found, dict) or "url" not in found:
            raise ServiceUnreachable("telegram answered with no webhook", service=SERVICE)
        return WebhookFacts(
            url=str(found["url"]),
            waiting=int(found.get("pending_update_count") or 0),
            error=str(found.get("last_error_message") or ""),
            failed_at=int(found.get("last_error_date") or 0),
        )

    def get_chat(self, chat_id: int | str) -> ChatFacts:
        """What the bot may know of a chat. Raises ChatUnavailable where it is not in it."""
        found = self._call("getChat", {"chat_id": chat_id})
        if not isinstance(found, dict) or "type" not in found:
            raise ServiceUnreachable("telegram answered with no chat", service=SERVICE)
        return ChatFacts(
            kind=found["type"], title=found.get("title", ""), is_forum=found.get("is_forum") is True
        )

    def get_chat_member(self, chat_id: int | str, user_id: int) -> Member:
        """Whether somebody is in a channel or a group (its id or @name).

        The bot must be an administrator there: ServiceRefused otherwise. Somebody who never was there is "left".
        """
        try:
            found = self._call("getChatMember", {"chat_id": chat_id, "user_id": user_id})
        except ChatUnavailable as error:
            if "user not found" not in str(error).lower():
                raise
            return Member(status="left", is_in=False)
        if not isinstance(found, dict) or "status" not in found:
            raise ServiceUnreachable("telegram answered with no member", service=SERVICE)
        status = str(found["status"])
        is_in = status in INSIDE or (status == "restricted" and found.get("is_member") is True)
        topics = status == "creator" or found.get("can_manage_topics") is True
        return Member(status=status, is_in=is_in, manages_topics=topics)

    def _send(
        self, method: str, fields: Mapping[str, Any], files: Mapping[str, File] | None = None
    ) -> int:
        if self._lane is Lane.FIRST and (wait := self.pace.wait(PATIENCE)):
            seconds = int(wait) + 1
            raise RetryLater(f"our turn is in {seconds} s", retry_after=seconds, service=SERVICE)
        try:
            message = self._call(method, fields, files)
        except RetryLater as error:
            self.pace.ban(error.retry_after)
            raise
        except ServiceUnreachable as error:
            if not error.maybe_executed:
                raise
            raise MaybeSent(str(error), service=SERVICE, status=error.status) from None
        if not isinstance(message, dict) or not isinstance(message.get("message_id"), int):
            raise MaybeSent("telegram answered with no message", service=SERVICE)
        message_id: int = message["message_id"]
        return message_id

    def _call(
        self, method: str, fields: Mapping[str, Any], files: Mapping[str, File] | None = None
    ) -> Any:
        """The `result` of a method. Empty fields are left out."""
        body = {name: value for name, value in fields.items() if value not in (None, "")}
        try:
            answer = self._client.post(
                f"bot{self._token}/{method}",
                body=_as_form(body) if files else body,
                files=files,
                log_path=f"bot…/{method}",
            )
        except IntegrationError as error:
            raise classified(error) from None
        if not isinstance(answer.data, dict) or answer.data.get("ok") is not True:
            raise ServiceUnreachable("telegram answered without ok", service=SERVICE)
        return answer.data.get("result")


def _as_form(fields: Mapping[str, Any]) -> dict[str, str]:
    """Multipart fields are texts; Telegram reads structures in them as JSON."""
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in fields.items()
    }


def get_bot_api(lane: Lane = Lane.FIRST) -> BotApi:
    """The bot of the settings; one per process, lane and credentials, so that connections are kept."""
    token = settings.CREDENTIALS.get("BOT_TOKEN")
    if not token:
        raise ServiceRefused("telegram is not configured: BOT_TOKEN is empty", service=SERVICE)
    return _bot_api(token, settings.CREDENTIALS.get("TELEGRAM_API_URL") or API_URL, lane)


@lru_cache(maxsize=8)
def _bot_api(token: str, base_url: str, lane: Lane) -> BotApi:
    return BotApi(token=token, base_url=base_url, lane=lane)
