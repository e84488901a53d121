"""Deciding an application the way the desk does: a draft, then the decision with its words."""

from __future__ import annotations

from typing import Any

from partners.models import Application, Decision, DecisionReason
from partners.services.decisions import decide, draft


def reason(code: str) -> DecisionReason:
    return DecisionReason.objects.get(code=code)


def decided(application: Application, outcome: str, staff: Any, **fields: Any) -> Decision:
    why = fields.pop("reason", None)
    words = draft(application=application, outcome=outcome, reason=why)
    decision = decide(
        application_id=application.pk,
        outcome=outcome,
        reason=why,
        subject=words.subject,
        body=words.body,
        staff=staff,
        **fields,
    )
    application.refresh_from_db()
    return decision
