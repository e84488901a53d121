"""Signs and words for the states of applications, partners and documents."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin.badges import NOTHING, Tone, badge, duration
from integrations.clock import now
from partners.fields import FIELDS
from partners.models import (
    Application,
    Decision,
    Document,
    LeadOffer,
    Partner,
    RegistryAnswer,
    RuleVerdict,
)
from partners.services.desk import is_taken

# What a partner has and no form asks for.
OTHER_TITLES = {
    "status": gettext_lazy("Состояние"),
    "language": gettext_lazy("Язык"),
    "legal_name": gettext_lazy("Полное наименование"),
    "found": gettext_lazy("Запись в реестре"),
}
STATUS_TONES = {
    Application.Status.RECEIVED: Tone.WAIT,
    Application.Status.QUEUED: Tone.WAIT,
    Application.Status.CORRECTION: Tone.BACK,
    Application.Status.APPROVED: Tone.OK,
    Application.Status.REJECTED: Tone.BAD,
    Application.Status.REPLACED: Tone.IDLE,
}
CHECK_TONES = {
    Application.Check.WAITING: Tone.WAIT,
    Application.Check.DONE: Tone.OK,
    Application.Check.MANUAL: Tone.WARN,
    Application.Check.NOT_NEEDED: Tone.IDLE,
}
RESULT_TONES = {
    RuleVerdict.Result.PASS: Tone.OK,
    RuleVerdict.Result.DOUBT: Tone.WARN,
    RuleVerdict.Result.FAIL: Tone.BAD,
    RuleVerdict.Result.UNKNOWN: Tone.IDLE,
}
PARTNER_TONES = {
    Partner.Status.ACTIVE: Tone.OK,
    Partner.Status.PAUSED: Tone.IDLE,
    Partner.Status.HIDDEN: Tone.WARN,
    Partner.Status.CLOSED: Tone.BAD,
}
FILE_TONES = {
    Document.Status.WAITING: Tone.WAIT,
    Document.Status.STORED: Tone.OK,
    Document.Status.REFUSED: Tone.BAD,
}
REVIEW_TONES = {
    Document.Review.UNSEEN: Tone.WAIT,
    Document.Review.VERIFIED: Tone.OK,
    Document.Review.REJECTED: Tone.BAD,
}
ANSWER_TONES = {
    RegistryAnswer.Outcome.FOUND: Tone.OK,
    RegistryAnswer.Outcome.NOT_FOUND: Tone.WARN,
    RegistryAnswer.Outcome.FAILED: Tone.BAD,
}
OFFER_TONES = {
    LeadOffer.Status.OFFERED: Tone.WAIT,
    LeadOffer.Status.ACCEPTED: Tone.OK,
    LeadOffer.Status.DECLINED: Tone.IDLE,
    LeadOffer.Status.MISSED: Tone.WARN,
}


def status_badge(application: Application) -> SafeString:
    tone = STATUS_TONES[Application.Status(application.status)]
    return badge(application.get_status_display(), tone)


def check_badge(application: Application) -> SafeString:
    tone = CHECK_TONES[Application.Check(application.check_state)]
    return badge(application.get_check_state_display(), tone)


def waits_badge(application: Application) -> SafeString:
    """How long it has waited; afterwards what became of it."""
    if not application.is_open:
        return status_badge(application)
    return badge(_("ждёт %(age)s") % {"age": age_of(application)}, Tone.WAIT)


def age_of(application: Application) -> str:
    return duration(now() - application.created_at)


def result_badge(verdict: RuleVerdict) -> SafeString:
    tone = RESULT_TONES[RuleVerdict.Result(verdict.result)]
    return badge(verdict.get_result_display(), tone)


def partner_badge(partner: Partner) -> SafeString:
    return badge(partner.get_status_display(), PARTNER_TONES[Partner.Status(partner.status)])


def file_badge(document: Document) -> SafeString:
    tone = FILE_TONES[Document.Status(document.status)]
    return badge(document.get_status_display(), tone)


def review_badge(document: Document) -> SafeString:
    tone = REVIEW_TONES[Document.Review(document.review)]
    return badge(document.get_review_display(), tone)


def answer_badge(answer: RegistryAnswer) -> SafeString:
    tone = ANSWER_TONES[RegistryAnswer.Outcome(answer.outcome)]
    return badge(answer.get_outcome_display(), tone)


def offer_badge(offer: LeadOffer) -> SafeString:
    return badge(offer.get_status_display(), OFFER_TONES[LeadOffer.Status(offer.status)])


def yes_badge(*, is_on: bool) -> SafeString:
    return badge(_("используется"), Tone.OK) if is_on else badge(_("выключено"), Tone.IDLE)


def who_looks(application: Application) -> str:
    """The colleague who is looking at it, with since when; "" where nobody is."""
    if application.taken_by is None or application.taken_at is None or not is_taken(application):
        return ""
    words = {
        "who": application.taken_by.get_username(),
        "since": f"{localtime(application.taken_at):%H:%M}",
    }
    return _("%(who)s с %(since)s") % words


def decided_how(decision: Decision) -> str:
    """«отклонить: Не заявка»."""
    said = str(decision.get_outcome_display())
    return f"{said}: {decision.reason.title_ru}" if decision.reason else said


def day(value: datetime | None) -> str:
    """The date of a moment in the office's own zone."""
    return NOTHING if value is None else f"{localtime(value):%d.%m.%Y}"


def size_of(number: int) -> str:
    """Bytes in words."""
    if number >= 1024 * 1024:
        return _("%(n)s МБ") % {"n": number_format(Decimal(number) / 1024 / 1024, 1)}
    return _("%(n)s КБ") % {"n": max(1, round(number / 1024))} if number else NOTHING


def price_range(low: Decimal | None, high: Decimal | None) -> str:
    if low is not None and high is not None:
        return f"{_sum(low)} ₽" if low == high else f"{_sum(low)}–{_sum(high)} ₽"
    if low is not None:
        return _("от %(sum)s") % {"sum": f"{_sum(low)} ₽"}
    return NOTHING if high is None else _("до %(sum)s") % {"sum": f"{_sum(high)} ₽"}


def _sum(amount: Decimal) -> str:
    whole = amount == amount.to_integral_value()
    return number_format(amount, 0 if whole else 2, force_grouping=True)


def new_tab(text: Any, url: str) -> SafeString:
    return format_html(
        '<a class="office-link" href="{}" target="_blank" rel="noopener noreferrer">{}</a>',
        url,
        text,
    )


def field_title(name: str) -> str:
    """What staff call a column of a partner."""
    return str(FIELDS[name].title if name in FIELDS else OTHER_TITLES.get(name, name))
