"""A person's decision about an application: taken once, told by letter, and open to correction by a later one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from integrations.clock import now
from integrations.mail.letters import Letter, compose
from integrations.models import MailMessage
from integrations.services import post
from partners.errors import NotPossible
from partners.models import (
    Application,
    ApplicationEvent,
    Category,
    Decision,
    DecisionReason,
    Outcome,
    Partner,
)
from partners.services import journal, letters, publishing
from partners.services.desk import deciding
from partners.services.letters import Again, Draft, draft

__all__ = ["Again", "Draft", "decide", "draft", "hidden_words", "preview"]

LETTER = "application_decision"
STATUS_OF = {
    Outcome.APPROVE: Application.Status.APPROVED,
    Outcome.CORRECT: Application.Status.CORRECTION,
    Outcome.REJECT: Application.Status.REJECTED,
}
Kind = ApplicationEvent.Kind


def decide(
    *,
    application_id: int,
    outcome: str,
    reason: DecisionReason | None = None,
    comment: str = "",
    subject: str,
    body: str,
    staff: AbstractBaseUser,
    corrects: Decision | None = None,
    reapply_after: datetime | Again | None = Again.BY_REASON,
    category: Category | None = None,
    over_existing: bool = False,
) -> Decision:
    """Decide an open application, or correct its last decision, and write the letter; all of it or nothing.

    `reapply_after` is when a rejected applicant may come again, None stands for never. `category` and `over_existing`
    are for publishing. Raises AlreadyDecided, TakenByAnother, NotPossible (PartnerExists among them).
    """
    wanted = Outcome(outcome)
    if reason is not None and reason.outcome != wanted:
        raise NotPossible(_("Эта причина – для другого решения."))
    if reason is None and wanted != Outcome.APPROVE:
        raise NotPossible(_("Укажите причину."))
    if corrects is not None and corrects.outcome == wanted:
        raise NotPossible(_("Решение уже такое."))
    with deciding(application_id, staff, corrects) as application:
        at = now()
        published = None
        withdrawn = None
        if wanted == Outcome.APPROVE:
            published = publishing.publish(
                application, category=category, over_existing=over_existing
            )
        elif corrects is not None and corrects.outcome == Outcome.APPROVE:
            withdrawn = publishing.withdraw(application)
        if isinstance(reapply_after, Again):
            reapply_after = letters.reapply_after(reason, at)
        decision: Decision = Decision.objects.create(
            application=application,
            outcome=wanted,
            reason=reason,
            comment=comment,
            subject=subject,
            body=body,
            reapply_after=None if wanted == Outcome.APPROVE else reapply_after,
            corrects=corrects,
            decided_by_id=staff.pk,
            decided_at=at,
        )
        _close(application, wanted, at)
        _write_history(application, decision, published, staff)
        _write_letter(application, decision, published.partner if published else None)
        if published is not None:
            _audit_partner(staff, application, published)
        elif withdrawn is not None:
            journal.record(staff, withdrawn, _("Скрыт: решение по заявке изменено"))
    return decision


def _close(application: Application, outcome: Outcome, at: datetime) -> None:
    application.status = STATUS_OF[outcome]
    application.decided_at = at
    application.taken_by = application.taken_at = None
    application.save(update_fields=["status", "decided_at", "taken_by", "taken_at", "partner"])


def _write_history(
    application: Application,
    decision: Decision,
    published: publishing.Published | None,
    staff: AbstractBaseUser,
) -> None:
    words = [decision.get_outcome_display()]
    if decision.reason is not None:
        words.append(decision.reason.title_ru)
    if decision.comment:
        words.append(decision.comment)
    said = ": ".join(words[:2]) + "".join(f". {word}" for word in words[2:])
    application.events.create(
        kind=Kind.RECONSIDERED if decision.corrects_id else Kind.DECIDED,
        note="\n".join([said, *_lines(published)]),
        staff_id=decision.decided_by_id,
        created_at=decision.decided_at,
    )
    journal.record(staff, application, said)


def _lines(published: publishing.Published | None) -> list[str]:
    if published is None:
        return []
    return [f"{one.field}: {one.before or '–'} → {one.after or '–'}" for one in published.changes]


def _audit_partner(
    staff: AbstractBaseUser, application: Application, published: publishing.Published
) -> None:
    said = _("По заявке № %(number)s") % {"number": application.number}
    text = "\n".join([said, *_lines(published)])
    journal.record(staff, published.partner, text, is_new=published.is_new)


def preview(*, application: Application, outcome: str, subject: str, body: str) -> Letter:
    """The letter as it will look, before anything is decided; the secret link stands as dots."""
    facts = _context(application, outcome, subject, body, application.partner)
    return compose(LETTER, application.language, {**facts, "status_url": post.DOTS})


def _context(
    application: Application, outcome: str, subject: str, body: str, partner: Partner | None
) -> dict[str, Any]:
    is_shown = partner is not None and outcome == Outcome.APPROVE and partner.is_listed
    return {
        "number": application.number,
        "outcome": str(outcome),
        "subject": subject,
        "body": body,
        "page_url": f"{settings.PUBLIC_URL}/partners/{partner.code}/"
        if partner and is_shown
        else "",
    }


def _write_letter(application: Application, decision: Decision, partner: Partner | None) -> None:
    """Nobody to write to: the decision stands, its page says that no letter went."""
    if not application.email:
        return
    post.write(
        key=f"decision:{decision.pk}",
        kind=LETTER,
        to=application.email,
        language=application.language,
        context=_context(application, decision.outcome, decision.subject, decision.body, partner),
        case=application.case,
        hidden=("status_url",),
        filler="partners.services.decisions.hidden_words",
    )


def hidden_words(message: MailMessage) -> dict[str, Any]:
    """The secret link of the application's status page, for the letter that leaves."""
    number = message.case.partition(":")[2]
    application = Application.objects.only("token").get(pk=number)
    return {"status_url": f"{settings.PUBLIC_URL}/status/{application.token}/"}
