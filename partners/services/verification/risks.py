"""Who else has the same numbers and addresses. Two applications that arrive together learn of each other.

A signal locks both applications' keys, so the caller holds no application's row: two of them would wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from partners.models import Application, Partner, RiskSignal
from partners.services.verification.claims import Claims

ONE_AT_A_TIME = 4_401  # key of the advisory lock
MOST = 10  # of each kind: whoever has more is known well enough

Kind = RiskSignal.Kind
Status = Application.Status


def refresh(application: Application, claims: Claims, *, registry_address: str = "") -> None:
    """Write down the signals of an open application, and on the others' side too."""
    with _alone():
        for kind, partner in _partners(application, claims, registry_address):
            _note(application, kind, partner=partner)
    # Apart from partners: a decision holds an application and then wants its partner.
    with _alone():
        for kind, other in _applications(application, claims):
            _note(application, kind, other=other)
            if other.is_open and kind != Kind.REJECTED_BEFORE:
                _note(other, kind, other=application)


@contextmanager
def _alone() -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        yield


def _note(
    application: Application,
    kind: str,
    *,
    partner: Partner | None = None,
    other: Application | None = None,
) -> None:
    RiskSignal.objects.get_or_create(
        application=application,
        kind=kind,
        partner=partner,
        other=other,
        defaults={"detail": str(partner) if partner else str(other)},
    )


def _partners(
    application: Application, claims: Claims, registry_address: str
) -> Iterator[tuple[str, Partner]]:
    others = Partner.objects.all()
    if application.partner_id is not None:
        others = others.exclude(pk=application.partner_id)
    addresses = Q()
    for address in {claims.legal_address, registry_address} - {""}:
        addresses |= Q(legal_address__iexact=address)
    for kind, found in (
        (Kind.SAME_INN, claims.inn and Q(inn=claims.inn)),
        (Kind.SAME_PHONE, application.phone and Q(phone=application.phone)),
        (Kind.SAME_EMAIL, application.email and Q(email__iexact=application.email)),
        (Kind.SAME_ADDRESS, addresses),
    ):
        if found:
            yield from ((kind, partner) for partner in others.filter(found)[:MOST])


def _applications(application: Application, claims: Claims) -> Iterator[tuple[str, Application]]:
    """The company's own earlier attempts are no risk, but that one was rejected is worth knowing."""
    others = Application.objects.exclude(pk=application.pk)
    if claims.inn:
        rejected = others.filter(inn=claims.inn, status=Status.REJECTED)
        yield from ((Kind.REJECTED_BEFORE, other) for other in rejected[:MOST])
    rivals = _rivals(application, others)
    for kind, found in (
        (Kind.SAME_INN, claims.inn and Q(inn=claims.inn)),
        (Kind.SAME_PHONE, application.phone and Q(phone=application.phone)),
        (Kind.SAME_EMAIL, application.email and Q(email=application.email)),
        (
            Kind.SAME_ADDRESS,
            claims.legal_address and Q(data__legal_address=claims.legal_address, status__in=_LIVE),
        ),
    ):
        if found:
            yield from ((kind, other) for other in rivals.filter(found)[:MOST])


_LIVE = (Status.RECEIVED, Status.QUEUED, Status.CORRECTION)


def _rivals(application: Application, others: QuerySet[Application]) -> QuerySet[Application]:
    """Applications that wait, or that others have; not those this one corrects, nor those of the same partner."""
    waiting = others.filter(Q(status__in=_LIVE))
    if application.partner_id:
        waiting = waiting.exclude(partner_id=application.partner_id)
    if application.previous_id:
        waiting = waiting.exclude(pk=application.previous_id)
    return waiting.exclude(previous_id=application.pk)
