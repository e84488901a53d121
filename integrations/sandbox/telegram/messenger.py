"""Telegram: chats of invented people with one bot, and the updates that bot has to fetch."""

from __future__ import annotations

from copy import deepcopy

from django.conf import settings

from integrations.sandbox.core.base import Simulator, credential
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.core.hub import Hub
from integrations.sandbox.telegram.state import Chat, Message, Person, TelegramState, Wire

BOT_NAME = "Проводник (песочница)"
BOT_USERNAME = "provodnik_sandbox_bot"
UNASKED = (
    "chat_member",
    "message_reaction",
    "message_reaction_count",
)  # sent only when asked for by name
KEPT_MESSAGES = 5000
KEPT_UPDATES = 50


class Messenger(Simulator):
    """Chats, messages and updates; the caller of every method holds the lock."""

    slug = "telegram"
    state_class = TelegramState
    order = 10
    state: TelegramState

    def __init__(self, hub: Hub) -> None:
        self.poll_turn = 0
        self.last_poll = 0.0
        super().__init__(hub)

    def replace_state(self, state: TelegramState) -> None:
        self.state = state
        staff = str(getattr(settings, "STAFF_CHAT_ID", ""))
        if staff.lstrip("-").isdigit() and int(staff) not in state.chats:
            member = Person(
                id=500000001, first_name="Ольга", last_name="Сотрудник", username="olga_staff"
            )
            other = Person(
                id=500000002, first_name="Игорь", last_name="Сотрудник", username="igor_staff"
            )
            is_group = int(staff) < 0
            state.chats[int(staff)] = Chat(
                id=int(staff),
                person=member,
                type="supergroup" if is_group else "private",
                title="Сотрудники",
                started=True,
                is_forum=is_group,
                members=[member, other] if is_group else [],
            )

    def fresh_state(self) -> TelegramState:
        """People and talks are forgotten; what the running bot has set up, and all counters, stay."""
        old = self.state
        return TelegramState(
            last_update_id=old.last_update_id,
            last_message_id=old.last_message_id,
            last_person_id=old.last_person_id,
            allowed_updates=old.allowed_updates,
            webhook=old.webhook,
            commands=old.commands,
            texts=old.texts,
            menu_button=old.menu_button,
        )

    @property
    def token(self) -> str:
        return credential("BOT_TOKEN", "4242:sandbox-bot-token")

    def bot(self) -> Wire:
        return {
            "id": int(self.token.partition(":")[0]),
            "is_bot": True,
            "first_name": self.state.texts.get("name|") or BOT_NAME,
            "username": BOT_USERNAME,
        }

    def now(self) -> int:
        return int(self.hub.clock.now().timestamp())

    # -- chats ---------------------------------------------------------------------------------

    def add_chat(
        self,
        *,
        chat_id: int | None = None,
        first_name: str = "",
        username: str = "",
        language_code: str = "ru",
        start_payload: str = "",
        kind: str = "private",
        title: str = "",
    ) -> Chat:
        """A new chat; a private one has the id of its person."""
        state = self.state
        if chat_id in state.chats:
            raise ControlError(f"chat {chat_id} exists", 409)
        if chat_id is None:
            state.last_person_id += 1
            chat_id = (
                state.last_person_id
                if kind == "private"
                else -1_000_000_000_000 - state.last_person_id
            )
        person = Person(
            id=abs(chat_id),
            first_name=first_name or f"Клиент {len(state.chats) + 1}",
            username=username.lstrip("@"),
            language_code=language_code,
        )
        chat = Chat(id=chat_id, person=person, type=kind, title=title, start_payload=start_payload)
        chat.started = kind != "private"
        chat.revision = self.hub.changed()
        state.chats[chat_id] = chat
        return chat

    def chat(self, chat_id: int) -> Chat:
        try:
            return self.state.chats[chat_id]
        except KeyError:
            raise ControlError(f"no chat {chat_id}", 404) from None

    def touch(self, chat: Chat) -> None:
        chat.revision = self.hub.changed()

    # -- messages ------------------------------------------------------------------------------

    def add_message(self, chat: Chat, body: Wire, *, outgoing: bool) -> Message:
        state = self.state
        state.last_message_id += 1
        sender = self.bot() if outgoing else chat.person.wire()
        wire: Wire = {
            "message_id": state.last_message_id,
            "from": sender,
            "chat": chat.wire(),
            "date": self.now(),
        } | body
        chat.action = ""
        if outgoing:
            chat.unread += 1
        self.touch(chat)
        message = Message(chat.id, state.last_message_id, wire, outgoing, self.hub.revision)
        state.messages.append(message)
        del state.messages[:-KEPT_MESSAGES]
        return message

    def message(self, chat_id: int, message_id: int) -> Message | None:
        for message in reversed(self.state.messages):
            if (
                message.chat_id == chat_id
                and message.message_id == message_id
                and not message.deleted
            ):
                return message
        return None

    def history(self, chat_id: int) -> list[Message]:
        """Oldest first, without the deleted."""
        return [one for one in self.state.messages if one.chat_id == chat_id and not one.deleted]

    def drop_topic(self, chat: Chat, thread_id: int) -> None:
        """Somebody deletes a topic with everything in it."""
        chat.topics.pop(thread_id, None)
        self.touch(chat)
        for message in self.history(chat.id):
            if message.wire.get("message_thread_id") == thread_id:
                message.deleted, message.revision = True, self.hub.revision

    # -- updates -------------------------------------------------------------------------------

    def publish(self, kind: str, content: Wire) -> int | None:
        """Queue an update for the bot; None where the bot did not ask for this kind."""
        state = self.state
        wanted = state.allowed_updates
        if (wanted and kind not in wanted) or (not wanted and kind in UNASKED):
            return None
        state.last_update_id += 1
        state.updates.append({"update_id": state.last_update_id, kind: deepcopy(content)})
        self.hub.changed()
        return state.last_update_id

    def confirm(self, up_to: int) -> None:
        """The bot has every update below `up_to`."""
        state = self.state
        state.delivered += [update for update in state.updates if update["update_id"] < up_to]
        del state.delivered[:-KEPT_UPDATES]
        state.updates = [update for update in state.updates if update["update_id"] >= up_to]
