"""Forms of Flexbe sites. A form has no chat: what is said to whoever sent it goes by e-mail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.callbacks import RawCallback
from integrations.errors import CallbackMalformed
from integrations.flexbe import wire
from partners.models import Channel, Conversation, Lead
from partners.services.channels.base import Incoming, named
from partners.services.channels.letters import ByMail

Speaker = Conversation.Speaker

WAITS = "0"
STATES = {
    "0": gettext_lazy("ждёт"),
    "1": gettext_lazy("проводится"),
    "2": gettext_lazy("оплачено"),
    "3": gettext_lazy("ошибка"),
}


def read(raw: RawCallback) -> Sequence[Incoming]:
    """The form's words once, and news of its payment once for each state; other events say nothing to us."""
    call = wire.call_of(raw.body)
    if call.event not in (wire.LEAD, wire.PAY):
        return []
    if not call.lead or not (call.site or call.domain):
        raise CallbackMalformed("no lead or no site is named")
    said = [_form(call)] if call.event == wire.LEAD else []
    if call.pay is not None and (call.event == wire.PAY or call.pay.status not in ("", WAITS)):
        said.append(_payment(call, call.pay))
    return said


def _form(call: wire.LeadCall) -> Incoming:
    return Incoming(
        **_whose(call),
        message_id="lead",
        text=_words(call),
        data={
            "event": call.event,
            "number": call.number,
            "form": call.form,
            "fields": dict(call.answers),
            "products": list(call.products),
            "utm": call.utm,
            "page": call.page,
            "is_test": call.pay is not None and call.pay.is_test,
        },
    )


def _payment(call: wire.LeadCall, pay: wire.Pay) -> Incoming:
    """Only told: no money of ours moves by a form's word, and a test's never would."""
    facts = {"state": STATES.get(pay.status, pay.status), "total": pay.total, "about": pay.about}
    text = _("Оплата: %(state)s") % facts
    if pay.total:
        text = _("Оплата: %(state)s, %(total)s ₽") % facts
    if pay.is_test:
        text = f"{text} ({_('проверочная, денег нет')})"
    return Incoming(
        **_whose(call),
        message_id=named(f"pay:{pay.status}"),
        text="\n".join(filter(None, (text, pay.about))),
        data={"event": wire.PAY, "pay": pay.status, "total": pay.total, "is_test": pay.is_test},
        is_news=True,
    )


def _whose(call: wire.LeadCall) -> dict[str, Any]:
    """Whose words these are: one conversation for each lead of a site."""
    return {
        "channel": Channel.FLEXBE,
        "chat": named(f"{call.site or call.domain}:{call.lead}"),
        "name": call.name,
        "phone": call.phone,
        "email": call.email,
        "reply_to": {"site": call.site, "domain": call.domain, "lead": call.lead},
    }


def _words(call: wire.LeadCall) -> str:
    """What the visitor wrote; who he is stands beside it."""
    own = {_bare(one) for one in (call.name, call.phone, call.email) if one}
    lines = [f"{title}: {said}" for title, said in call.answers if _bare(said) not in own]
    if call.note:
        lines.append(call.note)
    if call.products:
        lines.append(_("Товары: %(products)s") % {"products": ", ".join(call.products)})
    return "\n".join(lines)


def _bare(text: str) -> str:
    """For comparing: a number by its digits, anything else in small letters."""
    digits = "".join(sign for sign in text if sign.isdigit())
    return digits[-10:] if len(digits) >= 10 else text.strip().casefold()


class FormPort(ByMail):
    channel: ClassVar[Channel] = Channel.FLEXBE
    source: ClassVar[Lead.Source] = Lead.Source.FLEXBE
    speaker: ClassVar[Speaker | None] = Speaker.CLIENT

    def place(self, conversation: Conversation) -> str:
        return wire.shown(str(conversation.reply_to.get("domain") or ""))
