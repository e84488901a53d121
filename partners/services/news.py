"""A partner's consent to news by e-mail: given in a form or in the cabinet, taken back there or by any letter."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import override

from integrations.services import consents
from partners.models import Application, Partner

MAIL = consents.Channel.MAIL
TEXT = "news text"  # how a form names the words beside its box


def wording() -> str:
    """What stands beside the box of our own form and in the cabinet; kept with the consent."""
    return _(
        "Согласен получать на этот e-mail новости и предложения реестра партнёров. Отказаться можно в любой"
        " момент: по ссылке в письме или в кабинете."
    )


def agreed_in(application: Application) -> None:
    """Write down the consent of a form, with the words it showed, if it sent them; ours where it did not."""
    email = application.data.get("email")
    if not application.data.get("news") or not email:
        return
    with override(application.language):
        said = str(application.raw.get(TEXT) or wording())
    consents.give(channel=MAIL, address=email, source=consents.Source.FORM, wording=said)


def is_on(partner: Partner) -> bool:
    return consents.has_consent(MAIL, partner.email)


def switch(partner: Partner, *, on: bool, remote_addr: str | None) -> None:
    if on:
        with override(partner.language):
            said = wording()
        consents.give(
            channel=MAIL,
            address=partner.email,
            source=consents.Source.CABINET,
            wording=said,
            remote_addr=remote_addr,
        )
    else:
        consents.withdraw(channel=MAIL, address=partner.email, by=consents.Withdrawal.CABINET)
