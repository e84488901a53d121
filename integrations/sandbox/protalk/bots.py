"""Two bots of ProTalk with their chats: what people write goes to the product, what it says appears in the chat."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import requests
from django.conf import settings

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.base import Tile, credential
from integrations.sandbox.core.delivery import Call, Courier
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.protalk.state import (
    BOTS,
    FORMATS,
    PLACES,
    Chat,
    Delivery,
    Line,
    ProTalkState,
    Thought,
)

KEPT_CHATS = 60
KEPT_LINES = 200
TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}


class ProTalk(Courier):
    """Callers of every method hold the lock."""

    slug = "protalk"
    order = 72
    state_class = ProTalkState
    state: ProTalkState

    @property
    def callback_url(self) -> str:
        """Where the bots call: the option, or the product's own address."""
        ours = f"{settings.PUBLIC_URL.rstrip('/')}/integrations/callbacks/{self.slug}"
        return self.state.options.callback_url or ours

    def keys(self, bot: str) -> tuple[str, str]:
        """The number and the token of a bot."""
        if bot == "client":
            return credential("PROTALK_CLIENT_BOT_ID"), credential("PROTALK_CLIENT_BOT_TOKEN")
        return credential("PROTALK_PARTNER_BOT_ID"), credential("PROTALK_PARTNER_BOT_TOKEN")

    def bot_of(self, token: str) -> str:
        """Whose token this is; "" for nobody's."""
        for bot in BOTS:
            own = self.keys(bot)[1]
            if own and hmac.compare_digest(own.encode(), token.encode()):
                return bot
        return ""

    # -- chats ---------------------------------------------------------------------------------

    def entries(self) -> Iterable[Chat]:
        return self.state.chats

    def find(self, chat_id: str) -> Chat:
        for chat in self.state.chats:
            if chat.id == chat_id:
                return chat
        raise ControlError(f"no chat {chat_id!r}", 404)

    def open(self, bot: str, name: str = "") -> Chat:
        if bot not in BOTS:
            raise ControlError(f"unknown bot {bot!r}; known: {', '.join(BOTS)}")
        self.state.last_chat += 1
        number = self.state.last_chat
        chat = Chat(f"user-{number}", bot, name or f"Гость {number}")
        chat.revision = self.hub.changed()
        self.state.chats.append(chat)
        del self.state.chats[:-KEPT_CHATS]
        return chat

    def write(self, chat: Chat, side: str, text: str, *, number: str = "") -> Line:
        """A line of the talk."""
        self.state.last_message += 1
        line = Line(number or f"m{self.state.last_message}", side, text, self.hub.clock.now())
        chat.lines.append(line)
        del chat.lines[:-KEPT_LINES]
        chat.revision = self.hub.changed()
        return line

    def say(self, chat: Chat, text: str) -> Line:
        """A person writes; the bot tells the product."""
        line = self.write(chat, "person", text)
        self._tell(chat, line, {"event": "message", "message": text})
        return line

    def leave_contacts(self, chat: Chat, contacts: Mapping[str, str], text: str = "") -> Line:
        """The bot has asked who it is, and tells the product."""
        known = {
            name: contacts.get(name, "").strip()
            for name in ("name", "phone", "email")
            if contacts.get(name, "").strip()
        }
        line = self.write(chat, "person", text or "Контакты: " + ", ".join(known.values()))
        self._tell(chat, line, {"event": "lead", "message": text, **known})
        return line

    def again(self, chat: Chat) -> None:
        """The last call once more, byte for byte."""
        if not chat.deliveries:
            raise ControlError("nothing was sent from this chat")
        last = chat.deliveries[-1]
        self.launch(
            chat,
            self.log(
                chat,
                Delivery,
                label="ещё раз",
                body=last.body,
                place=last.place,
                format=last.format,
            ),
        )

    def _tell(self, chat: Chat, line: Line, facts: dict[str, str]) -> None:
        options = self.state.options
        number = self.keys(chat.bot)[0]
        fields: dict[str, Any] = {
            **facts,
            "bot_id": int(number) if number.isdigit() else number,
            "chat_id": chat.id,
        }
        fields.setdefault("name", chat.name)
        if options.with_number:
            fields["message_id"] = line.number
        as_form = options.format == "form"
        body = urlencode(fields) if as_form else json.dumps(fields, ensure_ascii=False)
        delivery = self.log(
            chat,
            Delivery,
            label=str(facts["event"]),
            body=body,
            place=options.place,
            format=options.format,
        )
        line.delivery = delivery.number
        self.launch(chat, delivery)

    def call(self, entry: Chat, delivery: Delivery) -> Call:
        secret, url = credential("PROTALK_WEBHOOK_SECRET"), self.callback_url
        headers = {"Content-Type": TYPES[delivery.format]}
        if delivery.place == "header":
            headers["X-Webhook-Secret"] = secret
        elif delivery.place == "path":
            url = f"{url.rstrip('/')}/{quote(secret, safe='')}"
        return Call(url, delivery.label, entry.id, headers)

    def judge(self, delivery: Delivery, answer: requests.Response | None) -> tuple[bool, str]:
        if answer is None:
            return False, ""
        return answer.status_code == 200 and answer.text == '{"ok":true}', answer.text[:20]

    # -- what a bot says by itself ---------------------------------------------------------------

    def answer(self, question: str) -> str:
        return self.state.options.answer.replace("{question}", question)

    def think(self, chat_id: str, question: str) -> None:
        thought = self.state.thoughts.setdefault(chat_id, Thought())
        thought.coming, thought.polls = self.answer(question), self.state.options.polls
        self.hub.changed()

    def last_reply(self, chat_id: str) -> str:
        """What a look finds: nothing yet, the previous reply, or the one asked for."""
        thought = self.state.thoughts.setdefault(chat_id, Thought())
        if thought.coming and thought.polls <= 0:
            thought.last, thought.coming = thought.coming, ""
        if thought.coming:
            thought.polls -= 1
            return thought.last if self.state.options.stale else ""
        return thought.last

    # -- the page --------------------------------------------------------------------------------

    def choose(self, document: Mapping[str, Any]) -> None:
        options = self.state.options
        for name, known in (("place", PLACES), ("format", FORMATS)):
            value = str(document.get(name, getattr(options, name)))
            if value not in known:
                raise ControlError(f"unknown {name} {value!r}; known: {', '.join(known)}")
            setattr(options, name, value)
        for name in ("callback_url", "answer"):
            setattr(options, name, str(document.get(name, getattr(options, name))))
        for name in ("stale", "with_number"):
            setattr(options, name, bool(document.get(name, getattr(options, name))))
        options.polls = int(document.get("polls", options.polls))
        pauses = document.get("retry_seconds", options.retry_seconds)
        options.retry_seconds = [float(pause) for pause in pauses]
        self.hub.changed()

    def overview(self) -> dict[str, Any]:
        """Chats newest first."""
        return {
            "epoch": self.hub.epoch,
            "revision": self.hub.revision,
            "callback_url": self.callback_url,
            "bots": BOTS,
            "options": snapshot.dump(self.state.options),
            "faults": [snapshot.dump(one) for one in self.hub.faults.of(self.slug)],
            "chats": [snapshot.dump(one) for one in reversed(self.state.chats)],
        }

    def tile(self) -> Tile:
        return Tile(
            title="ProTalk",
            about="Два бота: одному пишут клиенты, другому – будущие партнёры.",
            link="/protalk/",
            action="Написать боту",
            icon="chat",
            facts=[("Чатов", str(len(self.state.chats)))],
            trouble=f"Не приняты: {waiting}." if (waiting := len(self.undelivered())) else "",
        )
