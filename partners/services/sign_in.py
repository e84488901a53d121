"""Partners come in by a letter: a link that is signed when the letter leaves, works once and is stored nowhere.

The page that asks learns nothing about the address: it writes a row and answers; whom the address belongs to is looked
up afterwards, by the worker, so neither the answer nor its time tells a partner from a stranger.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from integrations.clock import now, wall_clock
from integrations.models import MailMessage
from integrations.services import outbox, post
from partners.errors import LinkUseless, TooMany
from partners.models import Partner, SignInLink, SignInRequest

log = structlog.get_logger(__name__)

SALT = "partners.cabinet.sign-in"
LASTS = timedelta(minutes=20)  # from the moment the letter leaves
WINDOW = timedelta(hours=1)
LETTERS = 5  # to one address in WINDOW
REQUESTS = 20  # from one network in WINDOW
KEPT = timedelta(days=1)  # a request, after which nothing counts it
HISTORY = timedelta(days=90)  # a link, as a trace of who came in
LOCKS = 4_203  # first key of the advisory lock; the second is a hash of what is counted


def request_link(email: str, *, remote_addr: str, language: str = "ru", next_page: str = "") -> int:
    """Have a link sent, if the address is a partner's; returns the request's id. Raises TooMany, whoever asks."""
    email, network = email.strip().lower(), network_of(remote_addr)
    since = wall_clock() - WINDOW
    with transaction.atomic():
        _lock(email, network or "")
        recent = SignInRequest.objects.filter(created_at__gt=since)
        if recent.filter(email=email).count() >= LETTERS:
            raise TooMany
        if network and recent.filter(remote_addr=network).count() >= REQUESTS:
            raise TooMany
        asked = SignInRequest.objects.create(
            email=email, remote_addr=network, language=language, next=next_page
        )
        outbox.publish("cabinet.link_wanted", {"request_id": asked.pk}, key=f"sign-in:{asked.pk}")
    return asked.pk


def send_links(*, request_id: int) -> None:
    """Reaction: write the letter with a link for each partner of the address; nothing for a stranger."""
    with transaction.atomic():
        asked = SignInRequest.objects.select_for_update().filter(pk=request_id).first()
        if asked is None or MailMessage.objects.filter(key=_key(asked)).exists():
            return
        partners = _partners_of(asked.email)
        if not partners:
            return
        doors = [_door(partner, asked) for partner in partners]
        post.write(
            key=_key(asked),
            kind="sign_in",
            to=partners[0].email,
            language=asked.language,
            context={
                "doors": doors,
                "next": asked.next,
                "minutes": int(LASTS.total_seconds() // 60),
            },
            case=partners[0].case,
            hidden=("url",),
            filler="partners.services.sign_in.fill",
        )


def fill(message: MailMessage) -> Mapping[str, Any]:
    """What the letter shows only to its reader: an address per partner. The time of a link begins now."""
    rows = SignInLink.objects.select_related("partner")
    links = rows.in_bulk([door["link"] for door in message.context["doors"]])
    SignInLink.objects.filter(pk__in=links, used_at=None).update(expires_at=now() + LASTS)
    query = urlencode({"next": message.context["next"]}) if message.context["next"] else ""
    doors = []
    for door in message.context["doors"]:
        link = links.get(door["link"])
        if link is not None:
            path = reverse("partners:cabinet-enter", args=[token_of(link)])
            doors.append(
                {**door, "url": f"{settings.PUBLIC_URL}{path}{'?' if query else ''}{query}"}
            )
    return {"doors": doors}


def token_of(link: SignInLink) -> str:
    return signing.dumps([link.pk, link.nonce, mailbox_mark(link.partner)], salt=SALT)


def mailbox_mark(partner: Partner) -> str:
    """What a link and a session are worth no more without: the mailbox they came by is still the partner's."""
    return salted_hmac(SALT, partner.email, algorithm="sha256").hexdigest()[:16]


def look(token: str) -> Partner:
    """Whom a link would let in, without using it up: mail scanners open links too. Raises LinkUseless."""
    link = _find(token)
    if link.used_at is not None or link.expires_at <= now():
        raise LinkUseless
    return link.partner


def redeem(token: str) -> Partner:
    """Let the partner in, once. Raises LinkUseless for a link that is used, late, or was never ours."""
    link = _find(token)
    moment = now()
    open_link = SignInLink.objects.filter(pk=link.pk, used_at=None, expires_at__gt=moment)
    if not open_link.update(used_at=moment):
        raise LinkUseless
    log.info("cabinet.signed_in", partner=link.partner_id, link=link.pk)
    return link.partner


def sign_out_everywhere(partner: Partner) -> None:
    """Close every session of a partner and every link that has not been used."""
    with transaction.atomic():
        Partner.objects.filter(pk=partner.pk).update(session_epoch=F("session_epoch") + 1)
        SignInLink.objects.filter(partner=partner, used_at=None).delete()


def sweep() -> int:
    """Forget who asked for links; returns how many rows went."""
    asked = SignInRequest.objects.filter(created_at__lt=wall_clock() - KEPT).delete()[0]
    return asked + SignInLink.objects.filter(created_at__lt=now() - HISTORY).delete()[0]


def network_of(address: str) -> str | None:
    """What one visitor is counted by: an IPv4 address, or the /64 that is one customer's in IPv6."""
    if not address:
        return None
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)


def _partners_of(email: str) -> list[Partner]:
    """Partners of one mailbox: in upper case Unicode takes several letters («ı» and «i») for one, mail does not."""
    found = Partner.objects.filter(email__iexact=email).order_by("name", "pk")
    return [
        partner
        for partner in found
        if partner.email.lower() == email and partner.email.isascii() == email.isascii()
    ]


def _key(asked: SignInRequest) -> str:
    return f"sign-in:{asked.pk}"


def _door(partner: Partner, asked: SignInRequest) -> dict[str, Any]:
    link = SignInLink.objects.create(
        partner=partner, remote_addr=asked.remote_addr, expires_at=now() + LASTS
    )
    return {"link": link.pk, "name": partner.name, "code": partner.code}


def _find(token: str) -> SignInLink:
    try:
        number, nonce, mark = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise LinkUseless from None
    link = SignInLink.objects.select_related("partner").filter(pk=number, nonce=nonce).first()
    if link is None or not constant_time_compare(mark, mailbox_mark(link.partner)):
        raise LinkUseless
    return link


def _lock(*counted: str) -> None:
    """Two requests for the same address or from the same network are counted one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, key) FROM"
            " (SELECT DISTINCT hashtext(word) AS key FROM unnest(%s::text[]) AS word ORDER BY key)"
            " AS keys",
            [LOCKS, list(counted)],
        )
