"""Every partner is asked about once a day: what differs is kept, who has ceased leaves the catalogue at once."""

from __future__ import annotations

import random
import time
from datetime import date, timedelta

import structlog
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from integrations.clock import now, wall_clock
from integrations.fns.cards import RegistryCard
from integrations.fns.client import get_fns
from integrations.fns.errors import FnsProblem, Odd, SoftError
from integrations.services import outbox, post
from integrations.wakeups import wake
from partners.models import AskingGate, Partner, RegistryAnswer, RegistryChange
from partners.services import journal, profile
from partners.services.verification import checking, evidence, gates, likeness
from partners.services.verification.evidence import Silent
from partners.services.verification.likeness import Likeness

log = structlog.get_logger(__name__)

RECHECK = "partners.recheck_due"  # the task's name
LETTER = "partner_closed"
LEASE = timedelta(seconds=120)
AFTER_SILENCE = timedelta(hours=1)
NO_ROOM_PAUSE = timedelta(hours=1)
NO_ROOM = gettext_noop("Запросы к ФНС оставлены для заявок")
UNTOLD = 1_000_000
LISTED = (Partner.Status.ACTIVE, Partner.Status.PAUSED)


def recheck_due(*, seconds: float = 50.0) -> int:
    """Ask about partners whose time has come, as far as the calls last; returns how many were answered for."""
    _schedule_unscheduled()
    asked = 0
    until = time.monotonic() + seconds
    room: int | None = None
    while time.monotonic() < until and not (_is_held() or checking.is_awaited()):
        with gates.turn() as mine:
            if not mine or not _due().exists():
                break
            room = _room() if room is None else room - 1
            if room <= 0:
                gates.shut(AskingGate.RECHECK, until=wall_clock() + NO_ROOM_PAUSE, why=NO_ROOM)
                break
            partner = _claim()
            if partner is None:
                break
            asked += _recheck(partner)
    return asked


def ask_now(*, partner_id: int, staff: AbstractBaseUser) -> None:
    """Staff's button: this partner is asked about next, whatever is left for the day."""
    with transaction.atomic():
        partner = Partner.objects.select_for_update(of=("self",)).get(pk=partner_id)
        Partner.objects.filter(pk=partner.pk).update(recheck_at=now())
        gates.reopen(evidence.EGR, AskingGate.RECHECK)
        journal.record(staff, partner, _("Спросил ФНС ещё раз"))
        transaction.on_commit(lambda: wake(RECHECK))


def _is_held() -> bool:
    return any(gates.closed(name) for name in (evidence.EGR, AskingGate.RECHECK))


def _room() -> int:
    """How many calls partners may use now: some are kept for applications.

    Where the service does not tell, as many as it takes: it will say when they are used up.
    """
    try:
        limit = get_fns().stat().methods.get(evidence.EGR)
    except (Odd, SoftError):
        return UNTOLD
    except FnsProblem:
        return 0
    return UNTOLD if limit is None else limit.left - settings.FNS_CALLS_FOR_APPLICATIONS


def _due() -> QuerySet[Partner]:
    return Partner.objects.filter(status__in=LISTED, recheck_at__lte=now())


def _schedule_unscheduled() -> None:
    """Whoever has no time yet gets one within the day, so that not all are asked about at once."""
    fresh = Partner.objects.filter(status__in=LISTED, recheck_at=None)
    for pk in fresh.values_list("pk", flat=True)[:1000]:
        pause = random.uniform(0, _interval().total_seconds())  # noqa: S311 - spreads work, hides nothing
        fresh.filter(pk=pk).update(recheck_at=now() + timedelta(seconds=pause))


def _interval() -> timedelta:
    return timedelta(hours=settings.PARTNER_RECHECK_HOURS)


def _claim() -> Partner | None:
    """Whose turn it is, leased before the call: a killed worker's partner is asked about again."""
    with transaction.atomic():
        partner = (
            _due()
            .select_for_update(skip_locked=True, of=("self",))
            .order_by(F("recheck_at").asc(), "id")
            .first()
        )
        if partner is not None:
            partner.recheck_at = now() + LEASE
            partner.save(update_fields=["recheck_at"])
    return partner


def _recheck(partner: Partner) -> bool:
    """Ask, with no transaction open. Silence changes nothing: neither verified nor closed."""
    try:
        heard = evidence.card_of(partner.inn, after=now())
    except Silent:
        Partner.objects.filter(pk=partner.pk).update(recheck_at=now() + AFTER_SILENCE)
        return False
    with transaction.atomic():
        current = Partner.objects.select_for_update(of=("self",)).get(pk=partner.pk)
        current.recheck_at = now() + _interval()
        written = ["recheck_at", "verified_at", "status", "status_reason", "updated_at"]
        if current.inn == partner.inn:
            _compare(current, heard.card, heard.answer)
            written += _fill_in(current, heard.answer)
        current.save(update_fields=written)
    return True


def _compare(partner: Partner, card: RegistryCard | None, answer: RegistryAnswer) -> None:
    if card is None:
        # An INN does not vanish from the register: a person looks.
        _note(partner, "found", "", gettext_noop("ФНС не знает такого ИНН"), answer)
        return
    partner.verified_at = answer.received_at
    for field, after, differs in _fields(partner, card):
        if after and differs:
            _note(partner, field, str(getattr(partner, field, "") or ""), after, answer)
    if not card.is_active or partner.changes.filter(field="status").exists():
        _note(partner, "status", "", card.status, answer)
    if card.is_ceased and partner.status in LISTED:
        _close(partner, card)


def _fill_in(partner: Partner, answer: RegistryAnswer) -> list[str]:
    """Take over what nobody knew of a partner yet; returns the columns."""
    said = profile.registry_columns(answer) if answer.outcome == answer.Outcome.FOUND else {}
    unknown = {column: value for column, value in said.items() if not getattr(partner, column)}
    for column, value in unknown.items():
        setattr(partner, column, value)
    return list(unknown)


def _fields(partner: Partner, card: RegistryCard) -> list[tuple[str, str, bool]]:
    """Column, what the register says now, whether that is something else. What we never knew is no change."""
    head = card.director or card.managed_by
    return [
        (
            "legal_name",
            card.full_name,
            bool(partner.legal_name)
            and likeness.plain(partner.legal_name) != likeness.plain(card.full_name),
        ),
        ("ogrn", card.ogrn, bool(partner.ogrn) and partner.ogrn != card.ogrn),
        ("kpp", card.kpp, bool(partner.kpp) and partner.kpp != card.kpp),
        (
            "director",
            head,
            bool(partner.director) and likeness.people(partner.director, head) != Likeness.SAME,
        ),
        (
            "legal_address",
            card.address,
            bool(partner.legal_address)
            and likeness.addresses(partner.legal_address, card.address) == Likeness.OTHER,
        ),
    ]


def _note(partner: Partner, field: str, before: str, after: str, answer: RegistryAnswer) -> None:
    """One row for one change, however many nights it stands."""
    last = partner.changes.filter(field=field).order_by("-id").first()
    if last is not None and last.after == after[:500]:
        return
    RegistryChange.objects.create(
        partner=partner,
        field=field,
        before=(last.after if last is not None else before)[:500],
        after=after[:500],
        answer=answer,
        found_at=answer.received_at,
    )


def _close(partner: Partner, card: RegistryCard) -> None:
    """Out of the catalogue at once; only staff may bring it back."""
    partner.status = Partner.Status.CLOSED
    partner.status_reason = f"{card.status}{_since(card.closed_on)}"[:300]
    partner.updated_at = now()
    stamp = f"partner:{partner.pk}:closed:{partner.updated_at:%Y%m%d%H%M%S}"
    post.write(
        key=stamp,
        kind=LETTER,
        to=partner.email,
        language=partner.language,
        context={
            "partner": partner.name,
            "code": partner.code,
            "status": card.status,
            "closed_on": _in_words(card.closed_on, partner.language),
        },
        case=partner.case,
    )
    outbox.publish("partner.closed", {"partner_id": partner.pk}, key=stamp, case=partner.case)
    log.info("partners.closed", case=partner.case)


def _since(day: date | None) -> str:
    return f", {day:%d.%m.%Y}" if day else ""


def _in_words(day: date | None, language: str) -> str:
    if day is None:
        return ""
    with override(language):
        return date_format(day, "j E Y")
