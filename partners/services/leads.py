"""A client's wish and what partners answer to it: each fact written once, whoever says it twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from integrations.clock import now
from integrations.models import MailMessage
from integrations.services import outbox, post
from partners.errors import NotPossible
from partners.models import Category, Lead, LeadOffer, Partner, Region, Specialisation
from partners.services import ratings

Status = LeadOffer.Status
LETTER = "lead_offered"
A_BATCH = 200
# How the number begins of a lead that our own conversation made; no other source may use it.
OF_A_CHAT = "chat:"


def create(
    *,
    source: str,
    external_id: str | None = None,
    text: str = "",
    client_name: str = "",
    phone: str = "",
    email: str = "",
    language: str = "ru",
    region: Region | None = None,
    city: str = "",
    category: Category | None = None,
    specialisation: Specialisation | None = None,
    budget: Decimal | None = None,
    term: str = "",
) -> Lead:
    """Keep what a client wants; the same number of the same source again is the same lead, as it was first told."""
    return receive(
        source=source,
        external_id=external_id,
        text=text,
        client_name=client_name,
        phone=phone,
        email=email,
        language=language,
        region=region,
        city=city,
        category=category,
        specialisation=specialisation,
        budget=budget,
        term=term,
    )[0]


def receive(*, source: str, external_id: str | None, **facts: Any) -> tuple[Lead, bool]:
    """As `create`, and whether the lead is new (roubles in `budget`)."""
    if not external_id:
        return Lead.objects.create(source=source, **facts), True
    return Lead.objects.get_or_create(source=source, external_id=external_id, defaults=facts)


def answer(offer_token: str, *, accept: bool) -> LeadOffer:
    """What the partner decided. The same answer again changes nothing.

    Raises LeadOffer.DoesNotExist for no such link, NotPossible when the answer has been given or its time is over.
    """
    with transaction.atomic():
        offer = _locked(token=offer_token)
        wanted = Status.ACCEPTED if accept else Status.DECLINED
        if offer.status == wanted:
            return offer
        if offer.status in (Status.ACCEPTED, Status.DECLINED):
            raise NotPossible(_("Вы уже ответили на это обращение."))
        if offer.status == Status.MISSED or answer_by(offer) <= now():
            raise NotPossible(_("Время ответа вышло: на обращение отвечают в течение 24 часов."))
        if offer.lead.status == Lead.Status.CLOSED:
            raise NotPossible(_("Обращение закрыто: клиент больше не ищет исполнителя."))
        offer.status, offer.answered_at = wanted, now()
        offer.save(update_fields=["status", "answered_at"])
        ratings.refresh(offer.partner)
        outbox.publish(
            "offer.answered",
            {"offer_id": offer.pk},
            key=f"offer:{offer.pk}:answered",
            case=offer.lead.case,
        )
    return offer


def rate(offer: LeadOffer, stars: int) -> LeadOffer:
    """How the client liked the partner, 1 to 5; a later word replaces an earlier one.

    Raises NotPossible for other numbers and for a partner who did not take the lead.
    """
    if not 1 <= stars <= 5:
        raise NotPossible(_("Оценка – целое число от 1 до 5."))
    with transaction.atomic():
        offer = _locked(pk=offer.pk)
        if offer.status != Status.ACCEPTED:
            raise NotPossible(_("Оценить можно партнёра, который принял обращение."))
        offer.rating, offer.rated_at = stars, now()
        offer.save(update_fields=["rating", "rated_at"])
        ratings.refresh(offer.partner)
    return offer


def close(lead: Lead) -> bool:
    """The client looks no further. False: it was closed before. What partners have answered stands."""
    with transaction.atomic():
        open_now = Lead.objects.filter(pk=lead.pk).exclude(status=Lead.Status.CLOSED)
        if not open_now.update(status=Lead.Status.CLOSED):
            return False
        outbox.publish(
            "lead.closed", {"lead_id": lead.pk}, key=f"lead-closed:{lead.pk}", case=lead.case
        )
    return True


def miss_unanswered() -> int:
    """Close the offers that nobody answered in time; returns how many."""
    with transaction.atomic():
        offers = list(
            LeadOffer.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(status=Status.OFFERED, created_at__lte=now() - ratings.ANSWER_WITHIN)
            .order_by("id")[:A_BATCH]
        )
        LeadOffer.objects.filter(pk__in=[offer.pk for offer in offers]).update(status=Status.MISSED)
        for lead_id, offer_id in {offer.lead_id: offer.pk for offer in offers}.items():
            outbox.publish(
                "lead.unanswered",
                {"lead_id": lead_id},
                key=f"lead:{lead_id}:missed:{offer_id}",
                case=f"lead:{lead_id}",
            )
        # One order for everybody who locks partners.
        for partner in Partner.objects.filter(offers__in=offers).distinct().order_by("pk"):
            ratings.refresh(partner)
    return len(offers)


def answer_by(offer: LeadOffer) -> Any:
    """Until when an answer counts."""
    return offer.created_at + ratings.ANSWER_WITHIN


def tell_partner(*, offer_id: int) -> None:
    """Reaction: write to the partner what is wanted and where to answer. Contacts come after accepting."""
    offer = LeadOffer.objects.select_related(
        "partner", "lead__region", "lead__specialisation", "lead__category"
    ).get(pk=offer_id)
    lead, partner = offer.lead, offer.partner
    language = partner.language
    with transaction.atomic():
        post.write(
            key=f"lead-offer:{offer.pk}",
            kind=LETTER,
            to=partner.email,
            language=language,
            context={
                "partner": partner.name,
                "number": lead.pk,
                "text": lead.text,
                "region": lead.region.title(language) if lead.region else "",
                "city": lead.city,
                "category": lead.category.title(language) if lead.category else "",
                "specialisation": (
                    lead.specialisation.title(language) if lead.specialisation else ""
                ),
                "budget": f"{lead.budget:.2f}" if lead.budget is not None else "",
                "term": lead.term,
                "hours": ratings.ANSWER_WITHIN // timedelta(hours=1),
            },
            case=lead.case,
            hidden=("offer_url",),
            filler="partners.services.leads.door_of_letter",
        )


def door_of_letter(message: MailMessage) -> dict[str, str]:
    """What a kept letter does not tell: the link that answers the offer."""
    offer = LeadOffer.objects.get(pk=int(message.key.rpartition(":")[2]))
    return {"offer_url": offer_url(offer)}


def offer_url(offer: LeadOffer) -> str:
    return f"{settings.PUBLIC_URL}{reverse('partners:offer', args=[offer.token])}"


def _locked(**which: Any) -> LeadOffer:
    return (
        LeadOffer.objects.select_for_update(of=("self",))
        .select_related("lead", "partner")
        .get(**which)
    )
