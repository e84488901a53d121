"""Topics of the staff group: made, written into, deleted; each member presses as himself."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from django.conf import settings

GROUP = -1001000000001


@pytest.fixture
def call(sandbox):
    def perform(method: str, **arguments: Any) -> dict[str, Any]:
        url = f"{sandbox.url}/telegram/bot{settings.CREDENTIALS['BOT_TOKEN']}/{method}"
        answer: dict[str, Any] = requests.post(
            url, json={"chat_id": GROUP} | arguments, timeout=30
        ).json()
        return answer

    return perform


def test_a_topic_is_written_into_until_somebody_deletes_it(sandbox, call):
    thread = call("createForumTopic", name="#оплата")["result"]["message_thread_id"]
    said = call("sendMessage", text="a", message_thread_id=thread)["result"]
    assert (said["message_thread_id"], said["chat"]["is_forum"]) == (thread, True)
    sandbox.post("telegram/group", chat_id=GROUP, delete_topic=thread)
    refused = call("sendMessage", text="b", message_thread_id=thread)
    assert refused["description"] == "Bad Request: message thread not found"


@pytest.mark.parametrize(
    ("lacking", "reason"),
    [("is_forum", "the chat is not a forum"), ("manages_topics", "not enough rights")],
)
def test_a_topic_needs_a_forum_and_the_right(sandbox, call, lacking, reason):
    sandbox.post("telegram/group", chat_id=GROUP, **{lacking: False})
    assert reason in call("createForumTopic", name="#оплата")["description"]


def test_another_member_takes_the_screen(sandbox, call):
    members = sandbox.post("telegram/group", chat_id=GROUP)["chat"]["members"]
    other = members[1]["id"]
    chat = sandbox.post("telegram/group", chat_id=GROUP, person=other)["chat"]
    assert chat["person_id"] == other
    assert call("getChatMember", user_id=other)["result"]["status"] == "member"
    assert not call("getChatMember", user_id=5)["ok"]
