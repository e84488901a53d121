"""A person at an application: looking at it, deciding it. Two people deciding at once are one decision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from integrations.clock import wall_clock
from partners.errors import AlreadyDecided, TakenByAnother
from partners.models import Application, ApplicationEvent, Decision, Outcome, Partner

TAKEN_FOR = timedelta(minutes=30)  # whoever looks longer without deciding has gone

Kind = ApplicationEvent.Kind


def take(*, application_id: int, staff: AbstractBaseUser, over: bool = False) -> Application:
    """Say that one is looking at it. Raises TakenByAnother where a colleague is, unless it is taken `over`."""
    with transaction.atomic():
        application = _locked(application_id)
        if not application.is_open:
            raise AlreadyDecided(f"application {application_id}")
        if looked_at_by_another(application, staff) and not over:
            raise TakenByAnother(f"application {application_id}")
        is_news = application.taken_by_id != staff.pk or not is_taken(application)
        _hand_to(application, staff)
        if is_news:
            application.events.create(kind=Kind.TAKEN, staff_id=staff.pk)
        return application


def leave(*, application_id: int, staff: AbstractBaseUser) -> bool:
    """Give it back to the queue; False where somebody else has it."""
    mine = Application.objects.filter(pk=application_id, taken_by_id=staff.pk)
    return bool(mine.update(taken_by=None, taken_at=None))


def is_taken(application: Application) -> bool:
    return (
        application.taken_by_id is not None
        and application.taken_at is not None
        and application.taken_at > wall_clock() - TAKEN_FOR
    )


def looked_at_by_another(application: Application, staff: AbstractBaseUser) -> bool:
    return is_taken(application) and application.taken_by_id != staff.pk


@contextmanager
def deciding(
    application_id: int, staff: AbstractBaseUser, corrects: Decision | None
) -> Iterator[Application]:
    """An application that may be decided, its row locked, in one transaction.

    Open, or decided last by `corrects`. Raises AlreadyDecided where it is neither, TakenByAnother where a colleague
    is looking at it.
    """
    with transaction.atomic():
        application = _locked(application_id)
        if not _awaits(application, corrects):
            raise AlreadyDecided(f"application {application_id}")
        if looked_at_by_another(application, staff):
            raise TakenByAnother(f"application {application_id}")
        yield application


def _awaits(application: Application, corrects: Decision | None) -> bool:
    if corrects is None:
        return application.is_open
    if application.is_open or application.status == Application.Status.REPLACED:
        return False
    return last_decision(application) == corrects


def last_decision(application: Application) -> Decision | None:
    return application.decisions.select_related("decided_by", "reason").order_by("-pk").first()


def rival_of(application: Application) -> Partner | None:
    """Another partner that has the INN of a registration already."""
    if application.form != Application.Form.REGISTRATION or not application.inn:
        return None
    same = Partner.objects.filter(inn=application.inn).first()
    return None if same is None or same.pk == application.partner_id else same


def too_early(application: Application) -> Decision | None:
    """The rejection that forbids this company to apply again yet; such an application waits all the same."""
    if not application.inn:
        return None
    earlier = (
        Decision.objects.filter(application__inn=application.inn, application__status="rejected")
        .exclude(application=application)
        .select_related("application", "reason")
        .order_by("-pk")
        .first()
    )
    if earlier is None or earlier.outcome != Outcome.REJECT:
        return None
    came, may_again = application.created_at, earlier.reapply_after
    if earlier.decided_at > came or (may_again is not None and may_again <= came):
        return None
    return earlier


def _locked(application_id: int) -> Application:
    return Application.objects.select_for_update(of=("self",)).get(pk=application_id)


def _hand_to(application: Application, staff: AbstractBaseUser) -> None:
    application.taken_by_id = staff.pk
    application.taken_at = wall_clock()
    application.save(update_fields=["taken_by", "taken_at"])
