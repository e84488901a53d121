"""A partner's chat with the bot: linked from his cabinet by a secret that works once, for a quarter of an hour."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import QuerySet

from integrations.clock import now
from partners.errors import LinkUseless
from partners.models import Partner, PartnerChat, PartnerChatLink

log = structlog.get_logger(__name__)

LASTS = timedelta(minutes=15)
PAYLOAD = "p_"  # begins what the link tells the bot


def new_link(partner: Partner) -> str:
    """What the link tells the bot; only a hash of it is kept. An earlier link stops working."""
    secret = secrets.token_urlsafe(24)
    with transaction.atomic():
        PartnerChatLink.objects.filter(partner=partner, used_at=None).update(used_at=now())
        PartnerChatLink.objects.create(
            partner=partner, digest=_hashed(secret), expires_at=now() + LASTS
        )
    return PAYLOAD + secret


def link_chat(secret: str, *, chat_id: int, name: str) -> PartnerChat:
    """Leads of the link's partner come to this chat as well from now on. Raises LinkUseless."""
    with transaction.atomic():
        fresh = PartnerChatLink.objects.filter(
            digest=_hashed(secret), used_at=None, expires_at__gt=now()
        )
        link = fresh.select_for_update(of=("self",)).select_related("partner").first()
        if link is None:
            raise LinkUseless
        link.used_at = now()
        link.save(update_fields=["used_at"])
        chat, _is_new = PartnerChat.objects.update_or_create(
            partner=link.partner,
            chat_id=chat_id,
            defaults={"name": name[:200], "linked_at": now(), "left_at": None},
        )
    log.info("partner.chat_linked", case=link.partner.case)
    return chat


def chats_of(partner: Partner) -> QuerySet[PartnerChat]:
    """Those that get leads."""
    return PartnerChat.objects.filter(partner=partner, left_at=None).order_by("pk")


def switch_off(partner: Partner, row: int) -> bool:
    """By the partner, in the cabinet."""
    return bool(chats_of(partner).filter(pk=row).update(left_at=now()))


def leave(*, chat_id: int, row: int | None = None) -> bool:
    """By whoever reads the chat: one partner's leads (`row`), or all where the bot was blocked."""
    chats = PartnerChat.objects.filter(chat_id=chat_id, left_at=None)
    if row is not None:
        chats = chats.filter(pk=row)
    return bool(chats.update(left_at=now()))


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
