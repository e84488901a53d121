"""What goes wrong with the tax service, by name. Neither a message nor a reply ever holds the key."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_noop

from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable
from integrations.fns.reply import Reply

SERVICE = "fns"


class FnsProblem(IntegrationError):
    """`why` is what staff are told (a message of the catalogue), `reply` what came, if anything did.

    `pauses`: nobody else will hear anything better, so asking stops for a while.
    """

    why: ClassVar[str] = gettext_noop("ФНС ответила непонятно")
    pauses: ClassVar[bool] = False
    reply: Reply | None = None


class FnsOff(FnsProblem, ServiceRefused):
    """FNS_API_KEY is not set."""

    why = gettext_noop("Не задан ключ FNS_API_KEY")


class NoAnswer(FnsProblem, ServiceUnreachable):
    """The network failed, or time is up: the registers of large companies take long."""

    why = gettext_noop("ФНС не отвечает")


class Odd(FnsProblem, ServiceUnreachable):
    """Something that no description of the service knows: a page, half a JSON, a status of 500."""


class SoftError(FnsProblem, ServiceUnreachable):
    """200 and words instead of data. The same words come for a trouble of theirs and for a senseless request."""

    why = gettext_noop("ФНС ответила сообщением об ошибке")


class BadKey(FnsProblem, ServiceRefused):
    why = gettext_noop("ФНС не принимает наш ключ")
    pauses = True


class AddressRefused(FnsProblem, ServiceRefused):
    """Our address is not in the list that the owner keeps in the service's cabinet."""

    why = gettext_noop("В кабинете ФНС не разрешён адрес нашего сервера")
    pauses = True


class QuotaOver(FnsProblem, ServiceUnreachable):
    why = gettext_noop("Исчерпаны запросы к ФНС")
    pauses = True
