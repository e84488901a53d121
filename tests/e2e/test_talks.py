"""A person of staff takes a conversation over and answers, in a browser, through the real processes.

`SCREENSHOTS=<folder>` keeps pictures of the pages.
"""

from __future__ import annotations

from uuid import uuid4

import pytest

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.xdist_group("registry"),
    pytest.mark.timeout(240),
]

TALK = "SELECT max(id) FROM partners_conversation WHERE name = %s"
DEALT_WITH = (
    "SELECT count(*) FROM partners_chatmessage"
    " WHERE conversation_id = %s AND author = 'person' AND handled_at IS NOT NULL"
)
LISTEN = "from partners.tasks import keep_webhooks; keep_webhooks()"


def test_a_person_takes_over_and_is_heard_in_the_chat(stack, desk, sign_in):
    stack.manage("shell", "-v0", "-c", LISTEN)
    name = f"Анна {uuid4().hex[:8]}"
    visit = stack.control("umnico/say", name=name, text="Позовите, пожалуйста, человека")["talk"]
    number = int(stack.until(lambda: stack.value(TALK, name), what="the conversation"))

    sign_in(desk)
    desk.open(f"{stack.web}/admin/partners/conversation/?q={number}")
    desk.sees(name).click()
    desk.sees("Позовите, пожалуйста, человека")
    desk.page.get_by_role("button", name="Взять диалог").click()
    desk.sees("Диалог ваш: робот в нём молчит.")
    desk.page.get_by_label("Ответ").fill("Здравствуйте, это Ирина. Чем помочь?")
    desk.page.get_by_role("button", name="Ответить").click()
    desk.sees("Здравствуйте, это Ирина. Чем помочь?", within=".office-thread")

    def said() -> list[str]:
        talks = {talk["lead"]: talk for talk in stack.ask("umnico/talks")["talks"]}
        return [one["text"] for one in talks[visit["lead"]]["messages"]]

    stack.until(lambda: said()[-1] == "Здравствуйте, это Ирина. Чем помочь?", what="the answer")
    # What he says then appears on the open page by itself, and the robot leaves it to the person.
    stack.control("umnico/say", lead=visit["lead"], text="Спасибо, ищу кровельщика")
    desk.sees("Спасибо, ищу кровельщика", within=".office-thread")
    stack.until(lambda: stack.value(DEALT_WITH, number) == 2, what="the robot to leave it")
    assert said()[-1] == "Спасибо, ищу кровельщика"
    assert desk.overhang() == 0
    desk.shot("conversation")
