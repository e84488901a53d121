"""Applications in the words of the tests."""

from __future__ import annotations

from integrations.clock import now
from partners.models import Application
from partners.services import verification
from tests.partners.factories import an_application

ROMASHKA = {"inn": "9901000010", "ogrn": "1199900000013", "company": "ООО «Ромашка»"}


def results(application: Application) -> dict[str, str]:
    return dict(application.verdicts.values_list("rule", "result"))


def checked(**fields: object) -> Application:
    application = an_application(**{**ROMASHKA, **fields})
    verification.begin(application_id=application.pk)
    verification.check_due()
    application.refresh_from_db()
    return application


def come(application: Application) -> None:
    """The time to ask has come."""
    Application.objects.filter(pk=application.pk).update(check_at=now())
