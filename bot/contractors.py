"""What is said in the bot to find a contractor: kept as a conversation, which is answered as in every other channel."""

from __future__ import annotations

from typing import Any

from bot.bridge import in_db
from bot.updates import Note
from partners.models import Channel
from partners.services.channels import Incoming
from partners.services.conversations import is_awaited, receive

COMMAND = "/partners"


async def begin(note: Note) -> None:
    """Something new is wanted, whatever was talked of before; the command alone is asked back."""
    await _keep(note, note.text or COMMAND, {"command": COMMAND})


async def goes_on(note: Note, *, is_clear: bool) -> bool:
    """Take a free text where a conversation waits for it; `is_clear`: it means something to the bot itself.

    The answer to a question is an answer, whatever else it might mean.
    """
    if not await in_db(is_awaited, Channel.TELEGRAM, str(note.user.id), asked=is_clear):
        return False
    await _keep(note, note.text, {})
    return True


async def _keep(note: Note, text: str, data: dict[str, Any]) -> None:
    customer = await note.customer()
    said = Incoming(
        channel=Channel.TELEGRAM,
        chat=str(note.user.id),
        message_id=str(note.message_id),
        text=text,
        name=note.user.first_name,
        language=customer.language,
        data=data,
    )
    await in_db(receive, said)
