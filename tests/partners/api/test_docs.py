"""The schema and its page: complete, in two languages, nothing from elsewhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders

from tests.partners.api.caller import Caller, problem_of

pytestmark = pytest.mark.django_db


def schema(language: str = "ru") -> dict[str, Any]:
    response = Caller(language=language).get("/api/schema/")
    assert response.status_code == 200
    return dict(response.json())


def operations() -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in schema()["paths"].items()
        for method, operation in methods.items()
    }


def test_every_route_of_the_architecture_is_told():
    assert set(operations()) == {
        "GET /api/v1/partners/search",
        "POST /api/v1/partners/register",
        "GET /api/v1/partners/{code}",
        "GET /api/v1/partners/{code}/profile",
        "PATCH /api/v1/partners/{code}/profile",
        "GET /api/v1/leads/",
        "POST /api/v1/leads/",
        "GET /api/v1/leads/{id}/",
        "POST /api/v1/leads/{id}/match",
        "POST /api/v1/leads/{id}/offers/{offer}/rating",
        "GET /api/v1/plans/",
        "GET /api/v1/payments/{id}/",
    }


def test_every_operation_names_its_key_its_rights_and_its_refusals():
    for name, operation in operations().items():
        assert operation["security"] == [{"ApiKey": []}], name
        assert operation["x-scopes"], name
        assert operation["tags"], name
        assert operation["summary"], name
        wanted = {"401", "403", "406", "429", "500", "503"}
        if "{" in name:
            wanted |= {"404"}
        if "requestBody" in operation:
            wanted |= {"400", "413", "415", "422"}
        assert wanted <= set(operation["responses"]), name
        for status, response in operation["responses"].items():
            kind = "application/json" if status < "300" else "application/problem+json"
            assert list(response["content"]) == [kind], (name, status)


def test_it_is_told_in_the_readers_language():
    russian, english = schema("ru"), schema("en")
    assert russian["info"]["title"] == "API реестра партнёров"
    assert english["info"]["title"] == "API of the registry of partners"
    told = re.findall("[а-яё]+", str({"info": english["info"], "tags": english["tags"]}).lower())
    assert told == []
    summaries = [
        operation["summary"]
        for methods in english["paths"].values()
        for operation in methods.values()
    ]
    assert not re.search("[а-яё]", " ".join(summaries).lower())


def test_the_schema_refuses_as_the_rest():
    problem_of(Caller().send("POST", "/api/schema/"), 405)
    problem_of(Caller().get("/api/schema/", Accept="image/png"), 406)
    assert (
        "openapi: 3"
        in Caller().get("/api/schema/", Accept="application/vnd.oai.openapi").content.decode()
    )


@pytest.mark.parametrize("path", ["/api/docs/", "/api/docs"])
def test_the_page_needs_nothing_from_elsewhere(path):
    response = Caller().client.get(path, follow=True)
    html = response.content.decode()
    policy = response.headers["Content-Security-Policy"]
    assert "script-src" not in policy  # so: 'self' alone
    assert "default-src 'self'" in policy
    links = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert links
    assert all(link.startswith("/") for link in links)
    assert not re.search(r"<script[^>]*>[^<]", html)
    for link in links:
        if link.startswith("/static/"):
            assert finders.find(link.removeprefix("/static/")), link
