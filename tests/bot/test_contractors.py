"""Looking for a contractor in the bot: a command begins it, free text goes on with it, and support stays reachable."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from bot.application import introduce
from integrations.clock import now
from partners.models import Channel, ChatMessage, Conversation
from tests.bot.telegram_world import PersonInChat, World

pytestmark = pytest.mark.django_db(transaction=True)
WHAT = "Что нужно сделать и где?"


@pytest.fixture
def _lists(transactional_db):
    """Works and places, which an emptied database has lost."""
    call_command("load_vocabulary")


async def accepted(world: World, **names) -> PersonInChat:
    person = world.person(**names)
    await person.starts()
    await person.presses("Принимаю" if names.get("language", "ru") == "ru" else "I accept")
    return person


async def heard() -> list[str]:
    texts = (
        ChatMessage.objects.filter(author="person").order_by("pk").values_list("text", flat=True)
    )
    return [text async for text in texts]


async def test_the_command_alone_is_asked_back_and_the_next_words_are_the_answer(world, worker):
    anna = await accepted(world, first_name="Анна")
    await anna.writes("/partners")
    await worker()
    assert WHAT in anna.sees
    await anna.writes("не работает отопление")
    await worker()
    talk = await Conversation.objects.aget()
    assert (talk.channel, talk.external_id, talk.name) == (
        Channel.TELEGRAM,
        str(anna.chat.id),
        "Анна",
    )
    assert await heard() == ["/partners", "не работает отопление"]
    assert "Написать в поддержку" not in anna.buttons
    assert (talk.speaker, talk.stage) == ("client", "what")


async def test_words_after_the_command_are_the_request(world, worker):
    anna = await accepted(world)
    await anna.writes("/partners что-нибудь построить")
    await worker()
    assert await heard() == ["что-нибудь построить"]
    assert WHAT in anna.sees


async def test_the_command_begins_anew_whatever_was_talked_of(world, worker):
    anna = await accepted(world)
    await anna.writes("/partners")
    await worker()
    await Conversation.objects.aupdate(stage="offered", speaker="partner", understood={"city": "Х"})
    await anna.writes("/partners")
    await worker()
    talk = await Conversation.objects.aget()
    assert (talk.speaker, talk.stage, talk.understood.get("city")) == ("client", "what", "")
    assert WHAT in anna.sees


async def test_he_is_answered_in_the_language_of_his_bot(world, worker):
    john = await accepted(world, language="en")
    await john.writes("/partners")
    await worker()
    assert (await Conversation.objects.aget()).language == "en"
    assert "What needs to be done" in john.sees


@pytest.mark.parametrize(
    ("stage", "hours", "text", "is_taken"),
    [
        ("what", 1, "где ключ?", True),
        ("what", 25, "крыша", False),
        ("offered", 1, "покажите других", True),
        ("offered", 1, "где ключ?", False),
        ("offered", 25, "покажите других", False),
        ("closed", 1, "крыша", False),
    ],
)
async def test_support_has_whatever_no_conversation_waits_for(world, stage, hours, text, is_taken):
    anna = await accepted(world)
    await Conversation.objects.acreate(
        channel=Channel.TELEGRAM,
        external_id=str(anna.chat.id),
        stage=stage,
        last_at=now() - timedelta(hours=hours),
    )
    said = len(anna.messages)
    await anna.writes(text)
    assert (await heard() == [text]) is is_taken
    assert (len(anna.messages) == said) is is_taken


async def test_who_never_asked_is_no_conversation(world):
    anna = await accepted(world)
    await anna.writes("нужна крыша")
    assert not await Conversation.objects.aexists()
    assert "Написать в поддержку" in anna.buttons


async def test_an_update_that_comes_again_is_the_same_words(world):
    anna = await accepted(world)
    await anna.writes("/partners крыша")
    with world.sandbox.lock:
        said = [one for one in world.telegram.history(anna.chat.id) if not one.outgoing][-1]
        world.telegram.publish("message", said.wire)
    await world.catch_up()
    assert await heard() == ["крыша"]


async def test_the_command_is_in_both_menus(world: World):
    await introduce(world.application)
    bot = world.application.bot
    titles = [
        {one.command: one.description for one in await bot.get_my_commands(language_code=code)}
        for code in ("ru", "en")
    ]
    assert [of["partners"] for of in titles] == ["Найти исполнителя", "Find a contractor"]
