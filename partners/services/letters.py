"""The words of a decision's letter before a person edits them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from integrations.clock import now
from partners.models import Application, DecisionReason, Document, Outcome

Form = Application.Form
SUBJECTS = {
    Outcome.APPROVE: gettext_lazy("[Реестр] Заявка № %(number)s: одобрена"),
    Outcome.CORRECT: gettext_lazy("[Реестр] Заявка № %(number)s: нужна правка"),
    Outcome.REJECT: gettext_lazy("[Реестр] Заявка № %(number)s: отклонена"),
}
APPROVED = {
    Form.REGISTRATION: gettext_lazy(
        "Заявка № %(number)s одобрена: %(company)s размещается в реестре партнёров."
    ),
    Form.UPDATE: gettext_lazy("Заявка № %(number)s одобрена: новые данные уже в вашей карточке."),
    Form.DOCUMENTS: gettext_lazy(
        "Заявка № %(number)s одобрена: документы приложены к вашей карточке."
    ),
}


class Again(Enum):
    """When an application may follow a rejection, where no date says it."""

    BY_REASON = "by_reason"


@dataclass(frozen=True, slots=True)
class Draft:
    """What the applicant will read, as plain text: a person may edit both."""

    subject: str
    body: str


def draft(
    *,
    application: Application,
    outcome: str,
    reason: DecisionReason | None = None,
    is_correction: bool = False,
) -> Draft:
    """Subject and body in the applicant's language."""
    with override(application.language):
        words = {"number": application.number, "company": application.company}
        parts = [_("Здравствуйте!")]
        if is_correction:
            parts.append(_("Мы ещё раз посмотрели вашу заявку и изменили решение."))
        parts += _body(application, Outcome(outcome), reason, words)
        return Draft(str(SUBJECTS[Outcome(outcome)]) % words, "\n\n".join(parts))


def _body(
    application: Application,
    outcome: Outcome,
    reason: DecisionReason | None,
    words: dict[str, object],
) -> list[str]:
    why = [_letter_of(reason, application.language)] if reason is not None else []
    if outcome == Outcome.APPROVE:
        return [str(APPROVED[Form(application.form)]) % words, *why]
    if outcome == Outcome.CORRECT:
        return [
            _("Мы проверили заявку № %(number)s: её нужно исправить.") % words,
            *why,
            *_refused_documents(application),
            _("Исправьте и отправьте ещё раз: прежние данные уже заполнены."),
        ]
    return [
        _("Мы проверили заявку № %(number)s и не можем её принять.") % words,
        *why,
        _when_again(reapply_after(reason, now())),
    ]


def reapply_after(reason: DecisionReason | None, decided_at: datetime) -> datetime | None:
    """From when a rejected applicant may come again; None: never."""
    if reason is None:
        return decided_at
    if reason.reapply_days is None:
        return None
    return decided_at + timedelta(days=reason.reapply_days)


def _when_again(after: datetime | None) -> str:
    if after is None:
        return _("Повторную заявку мы не примем.")
    if after <= now():
        return _("Новую заявку можно подать сразу.")
    day = date_format(localtime(after), "j E Y")
    return _("Новую заявку можно подать после %(day)s.") % {"day": day}


def _letter_of(reason: DecisionReason, language: str) -> str:
    return reason.letter_en if language == "en" else reason.letter_ru


def _refused_documents(application: Application) -> list[str]:
    refused = application.documents.filter(review=Document.Review.REJECTED)
    lines = [f"– {one}: {one.review_note}" if one.review_note else f"– {one}" for one in refused]
    return ["\n".join([_("Документы, которые не подошли:"), *lines])] if lines else []
