"""Content-Security-Policy: what a browser may load and run, by page."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse

from project.middleware import ContentPolicy

HEADER = "Content-Security-Policy"


def policy_of(response) -> dict[str, list[str]]:
    """Directive -> its sources."""
    parts = [part.split() for part in response.headers[HEADER].split(";")]
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize("path", ["/", "/1plat.txt", "/administration/", "/payments/"])
def test_a_page_runs_nothing_but_its_own_files(db, client, path):
    policy = policy_of(client.get(path))
    assert policy["default-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert "script-src" not in policy
    assert "style-src" not in policy


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/nothing/here/"])
def test_the_admin_may_what_unfold_needs_and_no_more(db, client, path):
    policy = policy_of(client.get(path))
    assert policy["script-src"] == ["'self'", "'unsafe-eval'"]
    assert policy["style-src"] == ["'self'", "'unsafe-inline'"]
    assert policy["img-src"] == ["'self'", "data:"]
    assert policy["default-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]


def test_a_view_that_says_its_own_policy_is_left_alone():
    own = HttpResponse(headers={HEADER: "default-src 'none'"})
    assert (
        ContentPolicy(lambda _request: own)(HttpRequest()).headers[HEADER] == "default-src 'none'"
    )
