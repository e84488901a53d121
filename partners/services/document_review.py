"""A person's word about a document."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from integrations.clock import now
from partners.models import ApplicationEvent, Document
from partners.services import journal


@transaction.atomic
def review(
    *, document_id: int, review: Document.Review, note: str, staff: AbstractBaseUser
) -> bool:
    """Verify or refuse it; False where it stood so already."""
    document = Document.objects.select_for_update(of=("self",)).get(pk=document_id)
    if document.review == review and document.review_note == note:
        return False
    document.review, document.review_note = review, note
    document.reviewed_by_id, document.reviewed_at = staff.pk, now()
    document.save(update_fields=["review", "review_note", "reviewed_by", "reviewed_at"])
    said = f"{document}: {document.get_review_display()}"
    if note:
        said = f"{said}. {note}"
    if document.application is not None:
        document.application.events.create(
            kind=ApplicationEvent.Kind.DOCUMENT, note=said, staff_id=staff.pk
        )
    journal.record(staff, document, said)
    return True
