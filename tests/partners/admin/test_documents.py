"""Documents: who may open one, how it is sent, what a person's word does."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile

from partners.models import Document
from tests.partners.factories import a_document, an_application
from tests.support.office import page, queries_of, signed_in, staff_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    def keep(content: bytes = b"%PDF-1.7", **fields: str) -> Document:
        document = a_document(application=an_application(), **fields)
        document.file.save("stored-name", ContentFile(content))
        return document

    return keep


def test_a_document_opens_where_nothing_in_it_can_act(office, kept):
    response = office.get(page(kept(name="Скан №1.pdf"), "file"))
    assert b"".join(response.streaming_content) == b"%PDF-1.7"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("inline;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("content_type", "how"),
    [
        ("image/png", "inline"),
        ("text/html", "attachment"),
        ("image/svg+xml", "attachment"),
        ("", "attachment"),
    ],
)
def test_only_what_is_surely_harmless_is_shown(office, kept, content_type, how):
    response = office.get(page(kept(b"<script>", content_type=content_type), "file"))
    assert response["Content-Disposition"].startswith(how)
    assert response["Content-Type"] in ("image/png", "application/octet-stream")
    assert "sandbox" in response["Content-Security-Policy"]


def test_a_file_that_is_not_there_is_not_found(office, kept):
    lost = kept()
    lost.file.storage.delete(lost.file.name)
    assert office.get(page(lost, "file")).status_code == 404
    assert office.get(page(a_document(status="refused"), "file")).status_code == 404


def test_strangers_and_other_staff_are_refused(client, kept):
    document = kept()
    other = signed_in(staff_member("partners.view_application", name="other"))
    assert other.get(page(document, "file")).status_code == 403
    assert client.get(page(document, "file")).status_code == 302


def test_each_document_gets_its_own_word(office, kept):
    document = kept()
    office.post(page(document, "verify"), {"note": ""})
    document.refresh_from_db()
    assert (document.review, str(document.reviewed_by)) == ("verified", "owner")
    assert office.post(page(document, "refuse"), {"note": ""}).context["form"].errors
    office.post(page(document, "refuse"), {"note": "чужая лицензия"})
    document.refresh_from_db()
    assert (document.review, document.review_note) == ("rejected", "чужая лицензия")
    assert document.application is not None
    events = document.application.events.filter(kind="document")
    assert events.count() == LogEntry.objects.count() == 2
    office.post(page(document, "refuse"), {"note": "чужая лицензия"})
    assert events.count() == 2


def test_without_the_right_nobody_verifies(kept):
    document = kept()
    reader = signed_in(staff_member("partners.view_document"))
    assert reader.get(page(document)).context["card"].actions == []
    assert reader.post(page(document, "verify")).status_code == 403


def test_the_page_asks_a_fixed_number_of_queries(office, kept):
    assert queries_of(office, page(kept())) == queries_of(office, page(kept()))
