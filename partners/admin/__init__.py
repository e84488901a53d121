"""The back office of the registry: applications, partners, documents, evidence, lists."""

from __future__ import annotations

from partners.admin import (
    access,
    applications,
    conversations,
    documents,
    evidence,
    keywords,
    leads,
    look,
    own_changes,
    partners,
    quota_months,
    sent_cards,
    vocabulary,
)

__all__ = [
    "access",
    "applications",
    "conversations",
    "documents",
    "evidence",
    "keywords",
    "leads",
    "look",
    "own_changes",
    "partners",
    "quota_months",
    "sent_cards",
    "vocabulary",
]
