"""Files that wait at somebody's address: fetched one by one, outside any transaction, tried again with pauses."""

from __future__ import annotations

import time
from datetime import timedelta

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from integrations.clock import wall_clock
from integrations.download import NotFetched, Reason, TryLater, download
from partners.errors import FileRefused
from partners.models import ApplicationEvent, Document
from partners.services import documents
from partners.services.filetypes import LARGEST

log = structlog.get_logger(__name__)

FETCH = "partners.fetch_documents"  # the task's name: services never import tasks
SECONDS = 25.0  # for one file, redirects and all
LEASE = timedelta(seconds=90)
MOST_ATTEMPTS = 8  # with their pauses two hours
FIRST_PAUSE = 30  # seconds; then twice as long each time
LONGEST_PAUSE = timedelta(hours=1)
ONE_AT_A_TIME = 4_601  # key of the advisory lock, no other code's

Status = Document.Status


def fetch_documents(*, seconds: float = 20.0) -> int:
    """Fetch what is due until nothing is or the time is up; returns how many files were stored.

    One file at a time in the whole installation: slow links of one applicant must not hold every worker.
    """
    stored = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until and (document := _claim()) is not None:
        with override(_language(document)):
            stored += _fetch(document)
    return stored


def _claim() -> Document | None:
    """Reserve the next file for the lease, unless another is being fetched.

    A killed worker's file is due again when its lease ends.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        # One that was put off says why; the one in a worker's hand has no error yet.
        in_hand = Document.objects.filter(status=Status.WAITING, attempts__gt=0, error="")
        if in_hand.filter(not_before__gt=wall_clock()).exists():
            return None
        document = (
            Document.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("application")
            .filter(status=Status.WAITING, not_before__lte=wall_clock())
            .order_by("not_before", "id")
            .first()
        )
        if document is not None:
            document.attempts += 1
            document.not_before = wall_clock() + LEASE
            document.error = ""
            document.save(update_fields=["attempts", "not_before", "error"])
    return document


def _fetch(document: Document) -> int:
    """Returns 1 where the file is ours now. What goes wrong is written into its row."""
    try:
        with download(document.source_url, max_bytes=LARGEST, seconds=SECONDS) as body:
            documents.store(document, body)
    except NotFetched as error:
        return _refuse(document, _words(error.reason))
    except FileRefused as error:
        return _refuse(document, str(error))
    except TryLater as error:
        return _postpone(document, error)
    except Exception as error:
        log.exception("document.not_stored", document=document.pk)
        return _postpone(document, error)
    with transaction.atomic():
        document.save()
        _tell(document, document.name)
    log.info("document.stored", document=document.pk, bytes=document.size)
    return 1


def _postpone(document: Document, error: Exception) -> int:
    if document.attempts >= MOST_ATTEMPTS:
        return _refuse(document, _("файл не удалось скачать: пришлите его ещё раз"))
    pause = timedelta(seconds=FIRST_PAUSE * 2 ** (document.attempts - 1))
    Document.objects.filter(pk=document.pk).update(
        not_before=wall_clock() + min(pause, LONGEST_PAUSE),
        error=_("пока не скачался, попробуем ещё раз (%(why)s)")
        % {"why": str(error)[:100] if isinstance(error, TryLater) else type(error).__name__},
    )
    return 0


def _refuse(document: Document, why: str) -> int:
    with transaction.atomic():
        Document.objects.filter(pk=document.pk).update(status=Status.REFUSED, error=why[:300])
        _tell(document, f"{document.name}: {why}")
    log.warning("document.refused", document=document.pk)
    return 0


def _tell(document: Document, text: str) -> None:
    if document.application is not None:
        ApplicationEvent.objects.create(
            application=document.application, kind=ApplicationEvent.Kind.DOCUMENT, note=text
        )


def _words(reason: Reason) -> str:
    if reason is Reason.TOO_LARGE:
        return documents.too_large()
    if reason is Reason.ANSWER:
        return _("по ссылке файла нет или он закрыт: пришлите его ещё раз")
    return _("ссылка ведёт не на файл в интернете: пришлите сам файл")


def _language(document: Document) -> str:
    return document.application.language if document.application else "ru"
