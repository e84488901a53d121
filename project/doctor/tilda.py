"""The look of the site on our pages, and whether its API lets us in."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from integrations.errors import IntegrationError
from integrations.tilda.client import TildaOff, get_tilda
from project.doctor.findings import Finding, failed, fine, warning


def tilda() -> list[Finding]:
    """One call of the 150 an hour."""
    try:
        api = get_tilda()
    except TildaOff as off:
        return [fine("Look", f"built in: {off}")]
    told_at = fine("Publish address", f"{settings.PUBLIC_URL}{reverse('partners:look-published')}")
    project = settings.TILDA_PROJECT_ID
    if not project:
        hint = "The number of the project stands in its address in Tilda: projectid=…"
        return [warning("Look", "TILDA_PROJECT_ID is not set: publications are ignored", hint)]
    try:
        pages = api.pages(project)
    except IntegrationError as error:
        hint = "" if error.retryable else "Check the two keys and TILDA_PROJECT_ID."
        return [failed("Look", str(error), hint), told_at]
    return [fine("Look", f"project {project}, {len(pages)} pages"), told_at]
