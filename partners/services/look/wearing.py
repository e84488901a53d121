"""Which look a page of ours wears now: Tilda's where there is a fitting one, else the built-in."""

from __future__ import annotations

from partners.models import TildaPage
from partners.services.look.dressing import placeholders

PLACE = "content"  # an export without this placeholder has no room for what we have to say


def look_of(role: TildaPage.Role) -> str | None:
    """The exported page of this role; None where the built-in look is to be worn."""
    html = TildaPage.objects.filter(role=role).values_list("html", flat=True).first()
    return html if html and fits(html) else None


def fits(html: str) -> bool:
    """Whether a page has a place for ours."""
    return PLACE in placeholders(html)
