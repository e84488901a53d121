"""News for staff of letters that do not leave. The letter that tells it is none of them, or it would tell itself."""

from __future__ import annotations

from bot.models import Topic
from bot.notices import by_mail
from bot.notices.raising import page, pages, raise_notice
from integrations.mail.addresses import shown
from integrations.models import MailMessage


def staff_letter_refused(*, message_id: int) -> None:
    """Not said any more once it was sent again."""
    letter = MailMessage.objects.get(pk=message_id)
    if letter.status != MailMessage.Status.REFUSED or letter.kind == by_mail.LETTER:
        return
    raise_notice(
        "letter_refused",
        Topic.PROBLEM,
        f"letter_refused:{message_id}:{letter.attempts}",
        template="letter_refused",
        url=page(letter),
        many_url=pages(MailMessage, "?queue=trouble"),
        case=letter.case,
        letter=letter,
        reader=shown(letter.to),
    )


def staff_mail_failing(*, error: str, hour: str) -> None:
    """The mail server does not let us in, or nothing is set: no letter leaves. Said once an hour."""
    raise_notice(
        "mail_failing",
        Topic.SYSTEM,
        f"mail_failing:{hour}",
        template="mail_failing",
        url=pages(MailMessage),
        error=error,
    )
