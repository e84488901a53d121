"""The simulated account: its dialogues, its webhooks, and the events that go to them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import requests
from django.conf import settings

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.base import Tile, credential
from integrations.sandbox.core.delivery import Call, Courier
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.umnico import wire
from integrations.sandbox.umnico.state import (
    CHANNELS,
    Delivery,
    Said,
    Talk,
    UmnicoState,
    Webhook,
)

OURS = "Provodnik"  # how the product names its webhook
KEPT = 30  # dialogues
KEPT_MESSAGES = 200
MOST_WEBHOOKS = 10
PHONE = re.compile(r"\+?[78]\d{10}")
NAMES = ("Анна", "Борис", "Вера", "Глеб", "Дина", "Егор", "Жанна", "Илья")
# How an event may come.
WAYS = {
    "plain": "как обычно",
    "twice": "дважды",
    "other_body": "дважды, разными словами вокруг",
    "without_text": "без текста",
    "bare": "только номер диалога",
}


class Umnico(Courier):
    """Callers of every method hold the lock."""

    slug = "umnico"
    order = 72
    state_class = UmnicoState
    state: UmnicoState

    def start(self) -> None:
        """The owner has connected the product already."""
        super().start()
        secret = credential("UMNICO_WEBHOOK_SECRET")
        if secret:
            path = f"integrations/callbacks/umnico/{quote(secret, safe='')}"
            url = f"{settings.PUBLIC_URL.rstrip('/')}/{path}"
            with self.hub.lock:
                # A product that has moved to another port is not there any more.
                known = self.state.webhooks
                self.state.webhooks = [one for one in known if one.name != OURS or one.url == url]
                self.connect(url, OURS)

    def fresh_state(self) -> UmnicoState:
        """What is connected stays."""
        state: UmnicoState = super().fresh_state()
        state.webhooks = self.state.webhooks
        return state

    @property
    def token(self) -> str:
        return credential("UMNICO_API_KEY")

    def entries(self) -> Iterable[Talk]:
        return self.state.talks

    def talk(self, lead: int) -> Talk:
        for one in self.state.talks:
            if one.lead == lead:
                return one
        raise ControlError(f"no dialogue {lead}", 404)

    # --- webhooks -----------------------------------------------------------------------------------------------------

    def connect(self, url: str, name: str) -> Webhook | None:
        """None: this address is registered already."""
        if any(one.url == url for one in self.state.webhooks):
            return None
        if len(self.state.webhooks) >= MOST_WEBHOOKS:
            raise ControlError("too many webhooks", 422)
        self.state.last_webhook += 1
        made = Webhook(self.state.last_webhook, url, name)
        self.state.webhooks.append(made)
        self.hub.changed()
        return made

    def webhook(self, number: int) -> Webhook:
        for one in self.state.webhooks:
            if one.id == number:
                return one
        raise ControlError(f"no webhook {number}", 404)

    def disconnect(self, number: int) -> None:
        self.state.webhooks.remove(self.webhook(number))
        self.hub.changed()

    # --- dialogues ----------------------------------------------------------------------------------------------------

    def visit(self, *, channel: str = "site", name: str = "", phone: str = "") -> Talk:
        """A new visitor; nobody is told before he writes."""
        if channel not in CHANNELS:
            raise ControlError(f"unknown channel {channel!r}; known: {', '.join(CHANNELS)}")
        state, digits = self.state, _phone(phone)
        state.last_lead += 1
        state.last_customer += 1
        if channel == "whatsapp2" and not digits:
            digits = f"+7900000{state.last_lead % 10_000:04d}"
        talk = Talk(
            lead=state.last_lead,
            customer=state.last_customer,
            sender=state.last_customer + 112,
            channel=channel,
            name=name.strip()[:100] or NAMES[state.last_lead % len(NAMES)],
            phone=digits,
        )
        state.talks.append(talk)
        del state.talks[:-KEPT]
        talk.revision = self.hub.changed()
        return talk

    def say(self, talk: Talk, text: str, *, way: str = "plain", picture: str = "") -> Said:
        """The visitor writes; a first message announces him, and his dialogue, before itself."""
        if way not in WAYS:
            raise ControlError(f"unknown way {way!r}; known: {', '.join(WAYS)}")
        if not text.strip() and not picture:
            raise ControlError("there is nothing to say")
        is_first = not talk.messages
        said = self._note(talk, "visitor", text, picture=picture)
        events: list[dict[str, Any]] = []
        if is_first:
            events.append(wire.customer_event(talk, "customer.created"))
            events.append(wire.lead_event(talk, "lead.created"))
        event = wire.message_event(talk, said, text=way != "without_text")
        events.append(wire.bare_event(talk) if way == "bare" else event)
        if way == "twice":
            events.append(event)
        elif way == "other_body":
            events.append(event | {"isNewLead": False, "redelivered": True})
        self.tell(talk, *events, said=said)
        return said

    def answer(self, talk: Talk, text: str, *, custom_id: str = "", by: str = "us") -> Said:
        """We write by the API, or a manager does in Umnico's window; either way the account is told."""
        said = self._note(talk, by, text, custom_id=custom_id)
        self.tell(talk, wire.message_event(talk, said), said=said)
        return said

    def change(self, talk: Talk, *, name: str = "", phone: str = "") -> None:
        """The customer's card is changed: the same news come from the customer and from the lead."""
        talk.name = name.strip()[:100] or talk.name
        talk.phone = _phone(phone) or talk.phone
        talk.revision = self.hub.changed()
        self.tell(
            talk,
            wire.customer_event(talk, "customer.changed"),
            wire.lead_event(talk, "lead.changed"),
        )

    def tell(self, talk: Talk, *events: dict[str, Any], said: Said | None = None) -> None:
        """Every event to every webhook that is on, one after the other."""
        for webhook in self.state.webhooks:
            if webhook.status != "active":
                continue
            batch = [
                self.log(
                    talk,
                    Delivery,
                    label=str(event["type"]),
                    body=wire.written(event),
                    type=str(event["type"]),
                    webhook=webhook.id,
                    url=webhook.url,
                    message=said.number if said else 0,
                )
                for event in events
            ]
            self.launch(talk, *batch)

    def _note(self, talk: Talk, author: str, text: str, **facts: str) -> Said:
        self.state.last_message += 1
        said = Said(self.state.last_message, self.hub.clock.now(), author, text, **facts)
        talk.messages.append(said)
        del talk.messages[:-KEPT_MESSAGES]
        talk.revision = self.hub.changed()
        return said

    # --- calls to the product -----------------------------------------------------------------------------------------

    def call(self, entry: Talk, delivery: Delivery) -> Call:
        headers = {"Content-Type": "application/json"}
        return Call(delivery.url, delivery.type, str(entry.lead), headers)

    def judge(self, delivery: Delivery, answer: requests.Response | None) -> tuple[bool, str]:
        """200, or it is sent again; an address that keeps failing is switched off."""
        taken = answer is not None and answer.status_code == 200
        for webhook in self.state.webhooks:
            if webhook.id == delivery.webhook:
                webhook.failures = 0 if taken else webhook.failures + 1
                if webhook.failures >= self.state.options.disable_after:
                    webhook.status = "disabled"
        return taken, ""

    def overview(self) -> dict[str, Any]:
        hub = self.hub
        return {
            "epoch": hub.epoch,
            "revision": hub.revision,
            "talks": [snapshot.dump(one) for one in self.state.talks],
            "webhooks": [snapshot.dump(one) for one in self.state.webhooks],
            "options": snapshot.dump(self.state.options),
            "faults": [snapshot.dump(one) for one in hub.faults.of(self.slug)],
        }

    def tile(self) -> Tile:
        off = [one for one in self.state.webhooks if one.status != "active"]
        missing = not self.state.webhooks
        return Tile(
            title="Чат на сайте",
            about="Посетитель пишет в чате сайта, в WhatsApp или в Telegram – всё через Umnico.",
            link="/site-chat/",
            action="Открыть чат",
            icon="chat",
            facts=[("Диалогов", str(len(self.state.talks)))],
            trouble="Webhook отключён: система не слышит чат." if off or missing else "",
        )


def _phone(text: str) -> str:
    digits = re.sub(r"[\s()-]", "", text)
    if digits and not PHONE.fullmatch(digits):
        raise ControlError("a phone is +7 and ten digits")
    return f"+7{digits[-10:]}" if digits else ""
