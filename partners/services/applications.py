"""An application enters here, whichever form it came by: kept as it was sent, read, answered with a letter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import structlog
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from integrations.models import InboundCallback
from integrations.services import outbox, post
from partners.errors import FileRefused
from partners.models import Application, ApplicationEvent, Document, Partner
from partners.services import documents, news
from partners.services.aliases import Raw
from partners.services.reading import Data, read, tidy

log = structlog.get_logger(__name__)

LETTER = "application_received"
COLUMNS = ("company", "legal_form", "inn", "ogrn", "phone", "email")
LANGUAGES = ("ru", "en")
REPLACEABLE = (*Application.OPEN, Application.Status.CORRECTION)
Event = ApplicationEvent.Kind


def submit(
    *,
    form: str,
    source: str,
    raw: Raw,
    language: str = "ru",
    tranid: str | None = None,
    callback: InboundCallback | None = None,
    partner: Partner | None = None,
    previous: Application | None = None,
    files: Iterable[UploadedFile[Any]] = (),
) -> Application:
    """Keep one submission. Refuses nothing: what cannot be read stands in `problems`, a file in its own row.

    The same (source, tranid) again returns the first application, with a line about the repeat. `previous` is replaced
    where nobody has decided it, or it was to be corrected; its files come along.
    """
    language = language if language in LANGUAGES else "ru"
    kept = tidy(raw)
    with override(language):
        data, problems = read(form, kept)
        partner = partner or _partner_of(form, data)
        if partner is None and form != Application.Form.REGISTRATION:
            problems["partner_code"] = _("такого партнёра у нас нет: проверьте код или ИНН")
    with transaction.atomic():
        application = Application(
            form=form,
            source=source,
            tranid=tranid[:100] if tranid else None,
            callback=callback,
            language=language,
            raw=kept,
            data=data,
            problems=problems,
            previous=previous,
            partner=partner,
            **{name: data.get(name, "") for name in COLUMNS},
        )
        try:
            with transaction.atomic():
                application.save(force_insert=True)
        except IntegrityError:
            return _repeated(application)
        note(application, Event.RECEIVED)
        with override(language):
            _keep_files(application, data, files)
        if previous is not None:
            _replace(previous, application)
        news.agreed_in(application)
        _write_letter(application)
        outbox.publish(
            "application.received",
            {"application_id": application.pk},
            key=f"application:{application.pk}:received",
            case=application.case,
        )
    log.info("application.received", case=application.case, form=form, source=source)
    return application


def note(application: Application, kind: ApplicationEvent.Kind, text: str = "") -> None:
    """A line of the application's story."""
    ApplicationEvent.objects.create(application=application, kind=kind, note=text)


def _repeated(again: Application) -> Application:
    """The first of this number stays; where the second says something else, staff can see that it did."""
    first = Application.objects.filter(source=again.source, tranid=again.tranid).first()
    if first is None:
        raise RuntimeError("an application could not be written")
    same = first.raw == again.raw
    with override("ru"):
        note(first, Event.REPEATED, "" if same else str(_difference(first, again)))
    log.warning("application.repeated", case=first.case, same=same)
    return first


def _difference(first: Application, again: Application) -> str:
    """Names of the fields that differ; the second call itself is among the stored ones."""
    names = {
        name for name in {*first.raw, *again.raw} if first.raw.get(name) != again.raw.get(name)
    }
    return ", ".join(sorted(names))[:1000]


def _partner_of(form: str, data: Data) -> Partner | None:
    """Whom a change or a document is about: by the code, else by the INN. A registration is about nobody yet."""
    if form == Application.Form.REGISTRATION:
        return None
    if code := data.get("partner_code"):
        return Partner.objects.filter(code__iexact=code).first()
    return Partner.objects.filter(inn=data["inn"]).first() if data.get("inn") else None


def _keep_files(application: Application, data: Data, files: Iterable[UploadedFile[Any]]) -> None:
    documents.order_files(application, data.get("logo", []), kind=Document.Kind.LOGO)
    documents.order_files(application, data.get("documents", []), kind=Document.Kind.OTHER)
    for file in files:
        is_logo = getattr(file, "field_name", "") == "logo"
        kind = Document.Kind.LOGO if is_logo else Document.Kind.OTHER
        named: dict[str, Any] = {"name": file.name or "", "kind": kind, "application": application}
        try:
            documents.keep_file(file=file, **named)  # type: ignore[arg-type]
        except FileRefused as error:
            documents.refuse_file(why=str(error), **named)


def _replace(previous: Application, application: Application) -> None:
    """The newer application goes on in the older one's place."""
    locked = Application.objects.select_for_update().get(pk=previous.pk)
    documents.copy_files(locked, application)
    if locked.status in REPLACEABLE:
        Application.objects.filter(pk=locked.pk).update(status=Application.Status.REPLACED)
        note(locked, Event.REPLACED, f"№ {application.number}")


def _write_letter(application: Application) -> None:
    """No word of the form stands in it: whoever fills one in with somebody's address could make us his postman."""
    if not application.email:
        return
    post.write(
        key=f"application:{application.pk}:received",
        kind=LETTER,
        to=application.email,
        language=application.language,
        context={"number": application.number, "form": application.form},
        case=application.case,
        hidden=("status_url",),
        filler="partners.services.decisions.hidden_words",
    )
