"""The whole way over real HTTP: the simulated site, our door, the worker, the file fetched from the site."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from integrations.clock import wall_clock
from integrations.models import InboundCallback
from integrations.sandbox.core.server import SandboxServer
from partners.models import Application, Document
from partners.services.documents import content
from partners.services.draining import apply_calls
from partners.services.fetching import fetch_documents
from partners.services.vocabulary import load_defaults
from tests.partners.intake.files import PDF

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "form-key-of-the-tests"
FIELDS = {
    "Название компании": "ООО «Ромашка»",
    "ИНН": "990 100 0010",
    "Name": "Иван Петров",
    "Phone": "+7 (900) 000-00-01",
    "Email": "ivan@example.test",
    "Специализации": "Кровельные работы; Фундаменты",
}


@pytest.fixture
def site(settings, live_server) -> Iterator[SandboxServer]:
    load_defaults()
    settings.SANDBOX = True
    settings.PUBLIC_URL = live_server.url
    settings.CREDENTIALS = {
        **settings.CREDENTIALS,
        "TILDA_WEBHOOK_KEY_NAME": "X-Tilda-Key",
        "TILDA_WEBHOOK_SECRET": SECRET,
    }
    with SandboxServer() as server:
        settings.SANDBOX_URL = server.url
        yield server


def control(site: SandboxServer, path: str, **document: Any) -> dict[str, Any]:
    address = f"{site.url}/control/tilda/{path}"
    answer: dict[str, Any] = requests.post(
        address, json={"wait": 20, **document}, timeout=30
    ).json()
    assert answer["ok"], answer
    return answer


def last_try(answer: dict[str, Any]) -> str:
    return str(answer["submission"]["deliveries"][-1]["attempts"][-1])


@pytest.mark.parametrize("place", ["header", "field", "query", "path"])
def test_a_form_is_taken_wherever_its_key_stands(site, place):
    control(site, "options", place=place)
    sent = control(site, "submit", fields=FIELDS)
    assert last_try(sent).startswith("200 · ok")
    assert apply_calls() == 1
    application = Application.objects.get()
    assert application.tranid == sent["submission"]["tranid"]
    assert application.problems == {}
    row = InboundCallback.objects.get()
    assert SECRET not in f"{row.headers}{bytes(row.body)!r}{row.kind}"


def test_without_the_key_nobody_comes_in_but_connecting_works(site):
    control(site, "options", place="none", retry_seconds=[])
    assert last_try(control(site, "submit", fields=FIELDS)).startswith("403")
    assert last_try(control(site, "test")).startswith("200 · ok")
    assert apply_calls() == 0
    assert InboundCallback.objects.get().verdict == InboundCallback.Verdict.REJECTED


def test_a_second_delivery_and_other_words_keep_the_first(site):
    number = control(site, "submit", fields=FIELDS)["submission"]["number"]
    control(site, "again", number=number)
    control(site, "again", number=number, changes={"ИНН": "9901000027"})
    assert apply_calls() == 2
    application = Application.objects.get()
    assert application.inn == "9901000010"
    assert list(application.events.values_list("kind", "note")) == [
        ("received", ""),
        ("repeated", "ИНН"),
    ]
    assert sorted(InboundCallback.objects.values_list("deliveries", flat=True)) == [1, 2]


def test_a_file_is_fetched_from_the_site_in_the_sandbox_only(site, settings):
    file = base64.b64encode(PDF).decode()
    control(site, "submit", form="documents", files={"Документы": {"Лицензия.pdf": file}})
    apply_calls()
    document = Document.objects.get()
    settings.SANDBOX = False
    fetch_documents()
    document.refresh_from_db()
    assert document.status == "refused"
    settings.SANDBOX = True
    Document.objects.update(status="waiting", not_before=wall_clock())
    assert fetch_documents() == 1
    document.refresh_from_db()
    assert (document.status, document.name) == ("stored", "Лицензия.pdf")
    assert content(document).read() == PDF
