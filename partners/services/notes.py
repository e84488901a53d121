"""What staff want each other to know."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from partners.models import Application, ApplicationEvent, Note, Partner


@transaction.atomic
def add(
    *,
    text: str,
    staff: AbstractBaseUser,
    application: Application | None = None,
    partner: Partner | None = None,
) -> Note:
    """A note of an application or of a partner; an application's stands in its history too."""
    note: Note = Note.objects.create(
        application=application, partner=partner, text=text, staff_id=staff.pk
    )
    if application is not None:
        ApplicationEvent.objects.create(
            application=application,
            kind=ApplicationEvent.Kind.NOTE,
            note=text,
            staff_id=staff.pk,
        )
    return note
