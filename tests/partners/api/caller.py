"""A program that calls the API with a key of its own."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpResponse
from django.test import Client

from partners.models import ApiToken
from partners.services import tokens

PROBLEM = "application/problem+json"


class Caller:
    def __init__(self, text: str = "", language: str = "ru") -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Accept-Language": language}
        if text:
            self.headers["Authorization"] = f"Bearer {text}"

    def speaking(self, language: str) -> Caller:
        other = Caller(language=language)
        other.headers = {**self.headers, "Accept-Language": language}
        return other

    def get(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.client.get(self._address(path), data, headers={**self.headers, **headers})

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("PATCH", path, body, **headers)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        kind: str = "application/json",
        **headers: str,
    ) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body if body is not None else {})
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method, self._address(path), raw, kind, headers={**self.headers, **sent}
        )

    def _address(self, path: str) -> str:
        return path if path.startswith("/") else f"/api/v1/{path}"


def a_caller(staff: AbstractBaseUser, *scopes: str) -> Caller:
    wanted = scopes or tuple(ApiToken.Scope.values)
    return Caller(tokens.issue(name="Бот", scopes=wanted, staff=staff)[1])


def problem_of(response: HttpResponse, status: int) -> dict[str, Any]:
    """The problem of an answer, in the one shape there is."""
    assert response.status_code == status, response.content.decode()[:500]
    assert response.headers["Content-Type"] == PROBLEM
    body: dict[str, Any] = json.loads(response.content)
    assert {"type", "title", "status", "detail", "request_id"} <= set(body)
    assert body["status"] == status
    assert body["type"].startswith("urn:provodnik:problem:")
    assert body["request_id"] == response.headers["X-Request-ID"]
    return body
