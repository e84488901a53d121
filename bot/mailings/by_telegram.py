"""A broadcast to one chat: what is said, and what Telegram's answer makes of the recipient."""

from __future__ import annotations

import time

from bot.mailings import claims
from bot.mailings.composing import Wording, in_chat, wording
from bot.mailings.resting import Rest, TellAPerson
from bot.models import Recipient
from integrations.errors import ServiceRefused, ServiceUnreachable
from integrations.services import consents
from integrations.telegram.client import get_bot_api
from integrations.telegram.errors import ChatUnavailable, MaybeSent, RetryLater
from integrations.telegram.pace import Lane, PaceAway
from payments.services import customers

State = Recipient.State
PATIENCE = 2.0  # seconds a sender waits for its turn before it lets its recipients go
LATE = (
    0.05  # seconds after its turn a message has lost it: many late ones together would be a burst
)
NOT_OURS = (401, 404)  # the token is refused: nobody can be reached


class Chats:
    """Sends to one chat after another, at the pace all processes share."""

    def __init__(self) -> None:
        self._api = get_bot_api(Lane.BULK)
        self._turn = 0.0

    def __enter__(self) -> Chats:
        return self

    def __exit__(self, *_: object) -> None:
        """Connections are kept by the client."""

    def wait_turn(self) -> None:
        """Raises Rest where the turn does not come soon: a ban, or no Redis."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                wait = self._api.pace.take(Lane.BULK)
            except PaceAway as error:
                raise Rest(str(error)) from None
            if not wait:
                self._turn = time.monotonic()
                return
            if time.monotonic() + wait > until:
                raise Rest("telegram asks to wait")
            time.sleep(wait)

    def send(self, said: Wording, recipient: Recipient) -> None:
        """Raises Rest after an answer that concerns everybody, TellAPerson after one only a person can mend."""
        screen = in_chat(said, recipient)
        markup = screen.keyboard.to_dict() if screen.keyboard.inline_keyboard else None
        try:
            if time.monotonic() - self._turn > LATE:
                self.wait_turn()
        except Rest as rest:
            claims.again(recipient, rest, seconds=0)
            raise
        try:
            number = self._api.send_message(
                int(recipient.address), screen.text, reply_markup=markup
            )
        except ChatUnavailable as error:
            claims.ended(recipient, State.BLOCKED, error)
            _nobody_there(recipient.address)
        except RetryLater as error:
            claims.again(recipient, error, seconds=0)
            raise Rest(str(error)) from None
        except MaybeSent as error:
            claims.ended(recipient, State.UNCLEAR, error)
        except ServiceUnreachable as error:
            claims.again(recipient, error)
            raise Rest(str(error)) from None
        except ServiceRefused as error:
            if error.status in NOT_OURS:
                claims.again(recipient, error, seconds=0)
                raise TellAPerson(str(error)) from None
            claims.ended(recipient, State.REFUSED, error)
        else:
            claims.sent(recipient, str(number))


def send_sample(recipient: Recipient, *, to: str) -> None:
    screen = in_chat(wording(recipient.mailing, recipient.language), recipient)
    markup = screen.keyboard.to_dict() if screen.keyboard.inline_keyboard else None
    get_bot_api().send_message(int(to), screen.text, reply_markup=markup)


def _nobody_there(address: str) -> None:
    customers.mark_blocked(telegram_id=int(address))
    consents.withdraw(
        channel=consents.Channel.TELEGRAM, address=address, by=consents.Withdrawal.BLOCKED
    )
