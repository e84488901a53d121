"""The back office of the registry: applications, partners, documents, evidence, lists."""

from __future__ import annotations

from partners.admin import (
    access,
    applications,
    documents,
    evidence,
    leads,
    look,
    own_changes,
    partners,
    vocabulary,
)

__all__ = [
    "access",
    "applications",
    "documents",
    "evidence",
    "leads",
    "look",
    "own_changes",
    "partners",
    "vocabulary",
]
