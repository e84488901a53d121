"""Mailings in the office: written, tried, started, watched; their recipients; and who agreed to them."""

from __future__ import annotations

from project.admin.mailings import consents, office, recipients

__all__ = ["consents", "office", "recipients"]
