"""Topics of a group: createForumTopic and its like."""

from __future__ import annotations

from integrations.sandbox.telegram.errors import bad_request
from integrations.sandbox.telegram.messenger import Messenger
from integrations.sandbox.telegram.methods.targets import chat_of
from integrations.sandbox.telegram.params import Params
from integrations.sandbox.telegram.state import Wire

LONGEST_NAME = 128
COLOUR = 7322096


def create_forum_topic(telegram: Messenger, params: Params) -> Wire:
    """The thread's number is that of the message that says so."""
    chat = chat_of(telegram, params)
    name = params.text("name").strip()
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    if not chat.manages_topics:
        raise bad_request("not enough rights to create a topic")
    if not 1 <= len(name) <= LONGEST_NAME:
        raise bad_request("TOPIC_TITLE_EMPTY")
    made = {"name": name, "icon_color": COLOUR}
    message = telegram.add_message(
        chat, {"forum_topic_created": made, "is_topic_message": True}, outgoing=True
    )
    message.wire["message_thread_id"] = message.message_id
    chat.topics[message.message_id] = name
    telegram.touch(chat)
    return made | {"message_thread_id": message.message_id}


def delete_forum_topic(telegram: Messenger, params: Params) -> bool:
    chat = chat_of(telegram, params)
    if params.integer("message_thread_id") not in chat.topics:
        raise bad_request("TOPIC_ID_INVALID")
    telegram.drop_topic(chat, params.integer("message_thread_id"))
    return True


METHODS = {"createForumTopic": create_forum_topic, "deleteForumTopic": delete_forum_topic}
