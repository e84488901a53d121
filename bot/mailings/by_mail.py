"""A mailing's letter to one address: what is written, and what the mail server's answer makes of the recipient."""

from __future__ import annotations

from bot.mailings import claims
from bot.mailings.composing import Wording, as_letter, unsubscribe_url, wording
from bot.mailings.resting import Rest, TellAPerson
from bot.models import Recipient
from bot.models.mailing import new_token
from integrations.errors import ServiceUnreachable
from integrations.mail.errors import (
    AddressRefused,
    AddressSuppressed,
    LetterRefused,
    MailMisconfigured,
    MailOff,
    MailPaused,
    MaybeSent,
    Why,
)
from integrations.mail.sender import get_mailbox

State = Recipient.State
FOR_A_PERSON = (Why.SPAM, Why.SETTINGS)


class Letters:
    """Hands in one letter after another over one connection."""

    def __init__(self) -> None:
        try:
            self._mailbox = get_mailbox()
        except MailOff as error:
            raise TellAPerson(str(error)) from None
        self._session = self._mailbox.session()

    def __enter__(self) -> Letters:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def wait_turn(self) -> None:
        """The mailbox counts for itself, when a letter is handed in."""

    def send(self, said: Wording, recipient: Recipient) -> None:
        """Raises Rest after an answer that concerns everybody, TellAPerson after one only a person can mend."""
        try:
            number = self._session.send(
                as_letter(said, recipient),
                to=recipient.address,
                key=f"mailing:{recipient.mailing_id}:{recipient.pk}",
                headers=ways_out(recipient, self._mailbox.from_address),
                bulk=True,
            )
        except MailPaused as error:
            claims.again(recipient, error, seconds=0)
            if error.why in FOR_A_PERSON:
                raise TellAPerson(str(error)) from None
            raise Rest(str(error)) from None
        except AddressSuppressed as error:
            claims.ended(recipient, State.EXCLUDED, error)
        except AddressRefused as error:
            claims.ended(recipient, State.REFUSED, error)
        except LetterRefused as error:
            claims.ended(recipient, State.REFUSED, error)
            raise TellAPerson(str(error)) from None
        except MaybeSent as error:
            claims.ended(recipient, State.UNCLEAR, error)
        except MailMisconfigured as error:
            claims.again(recipient, error, seconds=0)
            raise TellAPerson(str(error)) from None
        except ServiceUnreachable as error:
            claims.again(recipient, error)
        else:
            claims.sent(recipient, number)


def ways_out(recipient: Recipient, mailbox: str) -> dict[str, str]:
    """RFC 2369 and RFC 8058: a mail program's own button to unsubscribe. A service letter has none."""
    if recipient.mailing.is_service:
        return {}
    url = unsubscribe_url(recipient)
    by_letter = f"mailto:{mailbox}?subject=unsubscribe%20{recipient.unsubscribe_token}"
    return {
        "List-Unsubscribe": f"<{url}>, <{by_letter}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def send_sample(recipient: Recipient, *, to: str) -> None:
    letter = as_letter(wording(recipient.mailing, recipient.language), recipient)
    key = f"sample:{recipient.mailing_id}:{recipient.language}:{new_token()}"
    with get_mailbox().session() as session:
        session.send(letter, to=to, key=key)
