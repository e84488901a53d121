"""An audience as rows: everybody it means, each with the address the channel would use."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import (
    CharField,
    Exists,
    F,
    IntegerField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Lower
from django.utils import timezone

from bot.mailings.conditions import Audience
from bot.models import Mailing
from integrations.clock import now
from partners.models import Partner, QuotaMonth, Tier
from partners.services.plans import free_tier
from partners.services.quotas import this_month
from payments.models import Customer, DayEntry, Payment, Referral, Subscription

DAY = timedelta(days=1)


def reached(audience: Audience, channel: Mailing.Channel) -> QuerySet[Any]:
    """Everybody the conditions fit, with `to_address`."""
    if channel == Mailing.Channel.MAIL:
        return partners(audience)
    return customers(audience)


def customers(audience: Audience) -> QuerySet[Customer]:
    found = Customer.objects.filter(kind=Customer.Kind.TELEGRAM)
    if audience.language:
        found = found.filter(language=audience.language)
    if audience.joined_from:
        found = found.filter(created_at__gte=_midnight(audience.joined_from))
    if audience.joined_to:
        found = found.filter(created_at__lt=_midnight(audience.joined_to) + DAY)
    found = _by_access(found, audience)
    last_paid = Payment.objects.filter(customer=OuterRef("pk"), paid_at__isnull=False).order_by(
        "-pk"
    )
    if audience.plans:
        found = found.alias(last_plan=Subquery(last_paid.values("plan_id")[:1]))
        found = found.filter(last_plan__in=audience.plans)
    if audience.providers:
        found = found.alias(last_provider=Subquery(last_paid.values("provider")[:1]))
        found = found.filter(last_provider__in=audience.providers)
    for wanted, link in ((audience.brought_friends, "inviter"), (audience.was_invited, "friend")):
        if wanted is not None:
            known = Exists(Referral.objects.filter(**{link: OuterRef("pk")}))
            found = found.filter(known if wanted else ~known)
    return found.annotate(to_address=Cast("telegram_id", CharField()))


def partners(audience: Audience) -> QuerySet[Partner]:
    found = Partner.objects.all()
    if audience.language:
        found = found.filter(language=audience.language)
    if audience.partner_status:
        found = found.filter(status__in=audience.partner_status)
    if audience.categories:
        found = found.filter(category__in=audience.categories)
    for relation, column, wanted in (
        (Partner.regions.through, "region_id", audience.regions),
        (Partner.specialisations.through, "specialisation_id", audience.specialisations),
    ):
        if wanted:
            found = found.filter(Exists(_related(relation, column, wanted)))
    if audience.rating_from is not None:
        found = found.filter(rating__gte=audience.rating_from)
    if audience.rating_below is not None:
        found = found.filter(rating__lt=audience.rating_below)
    if audience.tiers or audience.quota_used is not None:
        found = _by_tier(found, audience)
    return found.annotate(to_address=Lower("email"))


def _by_access(found: QuerySet[Customer], audience: Audience) -> QuerySet[Customer]:
    moment = now()
    terms = Subscription.objects.filter(customer=OuterRef("pk"))
    if audience.expired_for_days is not None:
        ended = moment - audience.expired_for_days * DAY
        found = found.filter(Exists(terms.filter(expires_at__lte=ended)))
    if audience.ends_within_days is not None:
        until = moment + audience.ends_within_days * DAY
        found = found.filter(Exists(terms.filter(expires_at__gt=moment, expires_at__lte=until)))
    if not audience.access:
        return found
    runs = Exists(terms.filter(expires_at__gt=moment))
    paid = Exists(Payment.objects.filter(customer=OuterRef("pk"), paid_at__isnull=False))
    tried = Exists(
        DayEntry.objects.filter(
            subscription__customer=OuterRef("pk"), kind=DayEntry.Kind.TRIAL, reversals=None
        )
    )
    meant = {
        "active": Q(runs),
        "expired": Q(Exists(terms.filter(expires_at__lte=moment))),
        "never_paid": ~Q(paid),
        "trial": Q(runs) & Q(tried) & ~Q(paid),
    }
    wanted = Q()
    for state in audience.access:
        wanted |= meant[state]
    return found.filter(wanted)


def _by_tier(found: QuerySet[Partner], audience: Audience) -> QuerySet[Partner]:
    """The tier of the purchase whose days run now; the free one without any (`partners.services.plans`)."""
    free = free_tier()
    moment = now()
    bought = DayEntry.objects.filter(
        subscription__customer=OuterRef("account_id"),
        subscription__expires_at__gt=moment,
        kind=DayEntry.Kind.PURCHASE,
        starts_at__lte=moment,
        reversals=None,
    ).order_by("-pk")
    found = found.alias(plan_now=Subquery(bought.values("payment__plan_id")[:1]))
    tier = Tier.objects.filter(
        Q(monthly=OuterRef("plan_now")) | Q(yearly=OuterRef("plan_now"))
    ).order_by("pk")
    found = found.alias(
        tier_now=Coalesce(Subquery(tier.values("pk")[:1]), Value(free.pk)),
        leads_now=Coalesce(Subquery(tier.values("leads_a_month")[:1]), Value(free.leads_a_month)),
    )
    if audience.tiers:
        found = found.filter(tier_now__in=audience.tiers)
    if audience.quota_used is not None:
        month = QuotaMonth.objects.filter(partner=OuterRef("pk"), month=this_month())
        found = found.alias(
            used_now=Coalesce(
                Subquery(month.values("used")[:1]), Value(0), output_field=IntegerField()
            )
        )
        over = Q(used_now__gte=F("leads_now"))
        found = found.filter(over if audience.quota_used else ~over)
    return found


def _related(through: type[Model], column: str, wanted: tuple[int, ...]) -> QuerySet[Any]:
    return through._default_manager.filter(
        **{"partner_id": OuterRef("pk"), f"{column}__in": wanted}
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
