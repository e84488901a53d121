"""The API against its own schema: invented requests, right and wrong, through the WSGI application."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from django.contrib.auth import get_user_model
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from hypothesis import HealthCheck
from hypothesis import settings as examples
from schemathesis.specs.openapi.checks import positive_data_acceptance

from partners.models import ApiToken
from partners.services import tokens
from partners.services.vocabulary import load_defaults
from tests.partners.factories import a_lead, a_partner, an_offer


def described() -> dict[str, Any]:
    """The schema as callers get it."""
    generator = SchemaGenerator()
    raw = generator.get_schema(request=None, public=True)
    text = OpenApiJsonRenderer().render(raw, renderer_context={})
    told: dict[str, Any] = json.loads(text)
    return told


schema = schemathesis.openapi.from_dict(described())
schema.app = get_wsgi_application()
# Values that a schema cannot tell right from wrong: words of staff's lists, INNs, codes of companies, a NUL anywhere.
JUDGED_BY_US = {
    "leads_create",
    "leads_match",
    "leads_rate",
    "partners_search",
    "partners_register",
    "partners_profile_change",
}


@pytest.fixture
def world(db, settings, make_payment) -> dict[str, Any]:
    """Rows that the invented requests can meet, and a key to meet them with."""
    settings.API_REQUESTS = settings.API_ANONYMOUS_REQUESTS = 0
    load_defaults()
    staff = get_user_model().objects.create_user("olga")
    _token, text = tokens.issue(name="Бот", scopes=ApiToken.Scope.values, staff=staff)
    partner = a_partner()
    partner.services.create(title="Кровля", price_from=1000)
    offer = an_offer(partner=partner, lead=a_lead(region=partner.regions.get()))
    return {
        "headers": {"Authorization": f"Bearer {text}"},
        "code": partner.code,
        "lead": offer.lead_id,
        "offer": offer.pk,
        "payment": make_payment().pk,
    }


def meet(case: Any, world: dict[str, Any]) -> None:
    """Let a right request be about something that is there."""
    if not case.meta.generation.mode.is_positive:
        return
    if "code" in case.path_parameters:
        case.path_parameters["code"] = world["code"]
    if "id" in case.path_parameters:
        kind = "payment" if "payments" in case.operation.path else "lead"
        case.path_parameters["id"] = world[kind]
    if "offer" in case.path_parameters:
        case.path_parameters["offer"] = world["offer"]


@pytest.fixture(autouse=True)
def _one_connection():
    """As Django's own test client: the end of a request leaves the test's transaction open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@examples(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_the_schema_says(case, world):
    meet(case, world)
    excluded = []
    if case.operation.definition.raw.get("operationId") in JUDGED_BY_US:
        excluded.append(positive_data_acceptance)
    case.call_and_validate(headers=world["headers"], excluded_checks=excluded)
