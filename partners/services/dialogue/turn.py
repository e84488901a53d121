"""One turn of a dialogue: what was said since the last answer, what is known, and what was asked already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from partners.models import ChatMessage, Conversation
from partners.services import conversations, saying
from partners.services.channels import port_of
from partners.services.dialogue import phrases
from partners.services.understanding import Understood, understand

Kind, Stage = ChatMessage.Kind, Conversation.Stage
A_LOOK_BACK = 60  # messages
FACTS = (
    "specialisations",
    "category",
    "region",
    "city",
    "budget_from",
    "budget_to",
    "term",
)


def facts(understood: Understood) -> tuple[Any, ...]:
    """What a request consists of."""
    return tuple(getattr(understood, name) for name in FACTS)


NOTHING = facts(Understood())


@dataclass
class Turn:
    """`conversation` is locked and saved by whoever made the turn; `before` is what was known until now."""

    conversation: Conversation
    text: str
    fresh: Understood
    before: Understood
    files: bool  # something came besides words
    recent: Sequence[ChatMessage]  # newest first
    starts_over: bool = False
    by_command: bool = False  # a bot's command asked for something new

    @property
    def merged(self) -> Understood:
        return self.before.merged_with(self.fresh)

    @property
    def is_new(self) -> bool:
        """Something of the request is told that was not known, or was different."""
        return facts(self.merged) != facts(self.before)

    @property
    def has_wish(self) -> bool:
        """Something of a request is told at all."""
        return facts(self.fresh) != NOTHING

    @property
    def request(self) -> list[ChatMessage]:
        """The messages since the last request was passed on or dropped, newest first."""
        own = []
        for message in self.recent:
            if message.data.get("lead") or (self.starts_over and not message.is_from_person):
                break
            own.append(message)
            if message.data.get("begins"):
                break
        return own

    @property
    def is_first(self) -> bool:
        """Nobody has answered this person yet."""
        return all(message.is_from_person for message in self.recent)

    def asked(self, code: str) -> bool:
        """For the present request."""
        return any(message.data.get("asks") == code for message in self.request)

    def ever_asked(self, code: str) -> bool:
        return any(message.data.get("asks") == code for message in self.recent)

    def said_last(self, code: str) -> bool:
        """The robot's last words were these, and need not be said again."""
        ours = (message for message in self.recent if not message.is_from_person)
        last = next(ours, None)
        return last is not None and last.data.get("asks") == code

    def say(
        self,
        text: str,
        *,
        asks: str = "",
        kind: ChatMessage.Kind = Kind.TEXT,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        about = {**(data or {}), "asks": asks, "begins": self.starts_over}
        if can_hear(self.conversation):
            saying.say(
                self.conversation,
                text,
                kind=kind,
                data={name: value for name, value in about.items() if value},
            )


def want_person(conversation: Conversation, why: str) -> None:
    """Put it on the people's queue; the reason it is there for already stays."""
    conversations.want_person(conversation.pk, why)
    conversation.wants_person = conversation.wants_person or why


def can_hear(conversation: Conversation) -> bool:
    """Who wrote where there is no chat and left no e-mail cannot be told anything."""
    return port_of(conversation.channel).is_chat or bool(conversation.email)


def turn_of(conversation: Conversation, messages: Sequence[ChatMessage]) -> Turn:
    """What these messages say together; each contact they name is taken over, for who speaks of himself knows best."""
    commands = [message.data["command"] for message in messages if "command" in message.data]
    texts = [one.text for one in messages if one.text.strip() and one.text not in commands]
    fresh = _together(texts)
    text = "\n".join(texts)
    conversation.name = fresh.name or conversation.name
    conversation.phone = fresh.phone or conversation.phone
    conversation.email = fresh.email or conversation.email
    conversation.language = phrases.language(text, so_far=conversation.language)
    return Turn(
        conversation=conversation,
        text=text,
        fresh=fresh,
        before=Understood.from_json(conversation.understood),
        files=any(message.attachments for message in messages),
        recent=list(conversation.messages.order_by("-pk")[:A_LOOK_BACK]),
        by_command=bool(commands),
    )


def _together(texts: Sequence[str]) -> Understood:
    """A wish may go on in the next message; an answer or a call for a person is one message's own."""
    whole = understand("\n".join(texts))
    if len(texts) < 2:
        return whole
    each = [understand(text) for text in texts]
    return replace(
        whole,
        says=next((one.says for one in reversed(each) if one.says), ""),
        rating=next((one.rating for one in reversed(each) if one.rating), None),
        wants_person=any(one.wants_person for one in each),
        start_over=any(one.start_over for one in each),
    )
