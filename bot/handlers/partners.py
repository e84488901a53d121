"""Looking for a contractor: the bot takes the words down, the robot of the dialogues answers in the same chat."""

from __future__ import annotations

from bot import contractors
from bot.routing import BotApplication, on_command
from bot.updates import Note


async def command(note: Note) -> None:
    await contractors.begin(note)


def register(application: BotApplication) -> None:
    on_command(application, "partners", command)
