"""Files that wait at somebody's address: fetched once, tried again, or refused with the reason in sight."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from integrations.clock import wall_clock
from partners.models import Document
from partners.services import fetching
from partners.services.documents import content, order_files
from partners.services.fetching import fetch_documents
from tests.partners.factories import an_application
from tests.partners.intake.files import PDF, bomb
from tests.support.http_server import HttpServer, answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(settings) -> Iterator[HttpServer]:
    with HttpServer() as server:
        settings.SANDBOX = True
        settings.SANDBOX_URL = server.url
        yield server


def ordered(url: str, **fields) -> Document:
    (document,) = order_files(an_application(**fields), [url], kind="other")
    return Document.objects.get(application=document.application)


def again(document: Document) -> Document:
    document.refresh_from_db()
    return document


def test_a_file_is_fetched_and_kept(files):
    document = ordered(f"{files.url}/up/%D0%9B%D0%B8%D1%86%D0%B5%D0%BD%D0%B7%D0%B8%D1%8F.pdf")
    assert (document.status, document.name) == ("waiting", "Лицензия.pdf")
    files.plan(answer(200, raw=PDF))
    assert fetch_documents() == 1
    document = again(document)
    assert (document.status, document.content_type) == ("stored", "application/pdf")
    assert content(document).read() == PDF
    assert document.application is not None
    assert document.application.events.get().note == "Лицензия.pdf"
    assert fetch_documents() == 0
    assert len(files.received) == 1


def test_the_same_link_twice_is_one_file(files):
    application = an_application()
    order_files(application, [f"{files.url}/a.pdf", f"{files.url}/b.pdf"], kind="other")
    order_files(application, [f"{files.url}/a.pdf"], kind="other")
    assert application.documents.count() == 2


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (answer(404), "по ссылке файла нет"),
        (answer(200, raw=b"<html>login</html>"), "такой файл не подходит"),
        (answer(200, raw=bomb()), "слишком большая"),
        (answer(302, headers={"Location": "http://169.254.169.254/"}), "не на файл в интернете"),
    ],
)
def test_what_will_never_be_taken_is_told_at_once(files, reply, told):
    document = ordered(f"{files.url}/a.pdf")
    files.plan(reply)
    assert fetch_documents() == 0
    document = again(document)
    assert document.status == "refused"
    assert told in document.error
    assert not document.file
    assert document.application is not None
    assert told in document.application.events.get().note
    assert len(files.received) == 1


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:6379/", "https://169.254.169.254/a.pdf", "https://localhost/a.pdf"]
)
def test_an_inner_address_is_never_asked(url):
    document = ordered(url)
    fetch_documents()
    assert again(document).status == "refused"


def test_trouble_on_the_way_is_tried_again_with_longer_pauses(files):
    document = ordered(f"{files.url}/a.pdf")
    files.otherwise = answer(503)
    pauses = []
    for _attempt in range(fetching.MOST_ATTEMPTS - 1):
        before = wall_clock()
        fetch_documents()
        document = again(document)
        assert document.status == "waiting"
        assert "503" in document.error
        pauses.append(round((document.not_before - before).total_seconds()))
        Document.objects.update(not_before=wall_clock())
    assert pauses == [30, 60, 120, 240, 480, 960, 1920]
    fetch_documents()
    assert again(document).status == "refused"
    assert "не удалось скачать" in again(document).error


def test_a_killed_workers_file_is_due_again(files):
    document = ordered(f"{files.url}/a.pdf")
    files.plan(answer(200, raw=PDF))
    assert fetching._claim() is not None
    assert fetch_documents() == 0
    Document.objects.update(not_before=wall_clock() - timedelta(seconds=1))
    assert fetch_documents() == 1
    assert again(document).attempts == 2


def test_one_file_is_fetched_at_a_time_whoever_asks(files):
    ordered(f"{files.url}/slow.pdf")
    other = ordered(f"{files.url}/other.pdf")
    files.otherwise = answer(200, raw=PDF)
    slow = fetching._claim()
    assert slow is not None
    assert fetch_documents() == 0
    assert files.received == []
    fetching._fetch(slow)
    assert fetch_documents() == 1
    assert again(other).status == "stored"


def test_the_reason_speaks_the_applicants_language(files):
    document = ordered(f"{files.url}/a.pdf", language="en")
    files.plan(answer(404))
    fetch_documents()
    assert again(document).error.startswith("there is no file behind the link")
