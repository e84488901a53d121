"""What may stand in braces, and what it says to one recipient."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Max, QuerySet
from django.db.models.functions import Length
from django.template.defaultfilters import date as date_text
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from bot.models import Mailing, Recipient
from integrations.clock import now
from partners.models import Partner
from partners.services.plans import paid_until, tier_of
from payments.models import Customer, Payment

NOTHING = "–"
Teller = Callable[[Recipient], str]


def _name(recipient: Recipient) -> str:
    if recipient.partner is not None:
        return recipient.partner.contact_name or recipient.partner.name
    if recipient.customer is not None:
        return recipient.customer.first_name or _("уважаемый клиент")
    return _("Анна")


def _until(recipient: Recipient) -> str:
    if recipient.partner is not None:
        return _day(paid_until(recipient.partner))
    if recipient.customer is not None:
        term = getattr(recipient.customer, "subscription", None)
        return _day(term.expires_at if term else None)
    return _day(now())


def _plan(recipient: Recipient) -> str:
    """What was bought last; of a partner, the tier that runs."""
    if recipient.partner is not None:
        return tier_of(recipient.partner).title(recipient.language)
    if recipient.customer is not None:
        paid = Payment.objects.filter(customer=recipient.customer, paid_at__isnull=False)
        last = paid.select_related("plan").order_by("-pk").first()
        return last.plan.title(recipient.language) if last else NOTHING
    return _("1 месяц")


def _company(recipient: Recipient) -> str:
    return recipient.partner.name if recipient.partner else _("ООО «Пример»")


def _code(recipient: Recipient) -> str:
    return recipient.partner.code if recipient.partner else "P-000000-0000"


def _page(recipient: Recipient) -> str:
    return f"{settings.PUBLIC_URL}{reverse('partners:page', args=[_code(recipient)])}"


def _cabinet(_recipient: Recipient) -> str:
    return f"{settings.PUBLIC_URL}/cabinet/"


def _rating(recipient: Recipient) -> str:
    if recipient.partner is None:
        return "4,8"
    rating = recipient.partner.rating
    return NOTHING if rating is None else number_format(rating, 1)


TELLERS: dict[str, dict[str, Teller]] = {
    Mailing.Channel.TELEGRAM: {"name": _name, "until": _until, "plan": _plan},
    Mailing.Channel.MAIL: {
        "name": _name,
        "company": _company,
        "code": _code,
        "plan": _plan,
        "until": _until,
        "rating": _rating,
        "page": _page,
        "cabinet": _cabinet,
    },
}
# What each says, for the people who write mailings.
PLACEHOLDERS = {
    "name": gettext_lazy("имя; у партнёра – контактное лицо"),
    "until": gettext_lazy("до какого дня оплачено"),
    "plan": gettext_lazy("тариф"),
    "company": gettext_lazy("название компании"),
    "code": gettext_lazy("код партнёра"),
    "rating": gettext_lazy("оценка"),
    "page": gettext_lazy("адрес страницы в каталоге"),
    "cabinet": gettext_lazy("адрес кабинета"),
}
LONGEST_OTHER = 120  # characters of anything else


def known(channel: str) -> frozenset[str]:
    return frozenset(TELLERS[channel])


def facts_of(recipient: Recipient, names: Iterable[str]) -> dict[str, str]:
    """Only what the text asks for, in the recipient's language. A recipient of nobody is a sample."""
    channel = recipient.mailing.channel
    with override(recipient.language):
        return {
            name: TELLERS[channel][name](recipient) for name in names if name in TELLERS[channel]
        }


def longest(reached: QuerySet[Customer] | QuerySet[Partner], names: Iterable[str]) -> int:
    """How many characters these placeholders take for whoever needs most; one query."""
    wanted = list(names)
    if not wanted:
        return 0
    columns: tuple[str, ...] = (
        ("first_name",) if reached.model is Customer else ("contact_name", "name")
    )
    found = reached.aggregate(**{column: Max(Length(column)) for column in columns})
    name = max((value or 0) for value in found.values())
    return sum(max(name, 20) if one in ("name", "company") else LONGEST_OTHER for one in wanted)


def _day(moment: datetime | None) -> str:
    return date_text(timezone.localtime(moment), "d.m.Y") if moment else NOTHING
