"""Papers, the logo and changes that a person decides: whatever a browser sends."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from integrations.clock import now
from integrations.models import MailMessage, OutboxMessage
from partners.models import Application, Document, Partner, ProfileChange
from partners.services import own_documents
from partners.services.decisions import decide
from tests.partners.cabinet.test_pages import text_of
from tests.partners.factories import a_document, an_application
from tests.partners.intake.files import PDF, bomb, picture
from tests.support.office import owner

pytestmark = pytest.mark.django_db

UPLOAD = "/cabinet/documents/upload/"
LOGO = "/cabinet/profile/logo/"
DETAILS = "/cabinet/profile/details/"


def sent(content: bytes, name: str = "лицензия.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def upload(client: Client, content: bytes, **fields):
    return client.post(UPLOAD, {"kind": "licence", "file": sent(content)} | fields)


def test_a_paper_is_kept_as_what_it_is(partner, cabinet):
    assert upload(cabinet, PDF)["Location"] == "/cabinet/documents/"
    document = partner.documents.get()
    assert (document.content_type, document.kind) == ("application/pdf", "licence")
    assert (document.status, document.review) == ("stored", "unseen")
    back = cabinet.get(f"/cabinet/documents/{document.pk}/")
    assert b"".join(back.streaming_content) == PDF


@pytest.mark.parametrize(
    ("content", "fields", "said"),
    [
        (b"<html><script>alert(1)</script>", {}, "такой файл не подходит"),
        (b"", {}, "файл"),
        (PDF, {"kind": "logo"}, "выберите вид"),
        (PDF, {"file": ""}, "файл не выбран"),
    ],
)
def test_what_is_not_taken_is_said(partner, cabinet, content, fields, said):
    answer = upload(cabinet, content, **fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not partner.documents.exists()


def test_papers_have_an_end(partner, cabinet, monkeypatch):
    monkeypatch.setattr(own_documents, "MOST_A_DAY", 1)
    monkeypatch.setattr(own_documents, "MOST", 2)
    a_document(partner=partner, created_at=now() - timedelta(days=3))
    assert upload(cabinet, PDF).status_code == 302
    assert upload(cabinet, PDF).status_code == 422
    Document.objects.update(created_at=now() - timedelta(days=3))
    assert "больше не поместится" in upload(cabinet, PDF).content.decode()


@pytest.mark.parametrize("address", [UPLOAD, f"{LOGO}upload/", DETAILS])
def test_a_body_that_is_too_long_is_not_read(partner, enter, address):
    """Refused before the token is looked for: finding it would mean reading all of it."""
    strict = enter(partner, enforce_csrf_checks=False)
    strict.handler.enforce_csrf_checks = True
    body = BytesIO(b"x" * 10)
    answer = strict.generic(
        "POST", address, body.read(), "multipart/form-data; boundary=b", CONTENT_LENGTH="99999999"
    )
    assert answer.status_code in (302, 413)
    assert not Document.objects.exists()
    assert strict.post(address, {"logo": sent(picture())}).status_code == 403  # no token


def test_a_logo_is_drawn_anew(partner, cabinet):
    content = picture("JPEG", (900, 300)) + b"<script>alert(1)</script>"
    cabinet.post(f"{LOGO}upload/", {"logo": sent(content, "logo.svg")})
    partner.refresh_from_db()
    kept = partner.logo.read()
    assert b"script" not in kept
    with Image.open(BytesIO(kept)) as image:
        assert (image.format, image.size) == ("PNG", (512, 171))
    answer = cabinet.get(LOGO)
    assert answer["Content-Type"] == "image/png"
    assert 'src="/cabinet/profile/logo/"' in text_of(cabinet, "/cabinet/profile/")
    assert ProfileChange.objects.get().field == "logo"
    cabinet.post(f"{LOGO}remove/")
    assert cabinet.get(LOGO).status_code == 404
    assert ProfileChange.objects.count() == 2


@pytest.mark.parametrize(
    "content", [b"<svg onload='alert(1)'/>", PDF, bomb(), picture()[:60], b"GIF89a" + b"0" * 40]
)
def test_what_is_no_picture_is_no_logo(partner, cabinet, content):
    answer = cabinet.post(f"{LOGO}upload/", {"logo": sent(content, "logo.png")}, follow=True)
    assert "Логотип не принят" in answer.content.decode()
    partner.refresh_from_db()
    assert not partner.logo


def told(partner: Partner, **changes: object) -> dict[str, object]:
    return {
        "company": partner.name,
        "legal_form": partner.legal_form,
        "inn": partner.inn,
        "ogrn": partner.ogrn,
        "kpp": partner.kpp,
        "director": partner.director,
        "legal_address": partner.legal_address,
        "email": partner.email,
    } | changes


def test_details_are_asked_for_and_not_changed(partner, cabinet):
    before = partner.director
    answer = cabinet.post(
        DETAILS, told(partner, director="Сидорова Анна", file=sent(PDF)), follow=True
    )
    application = Application.objects.get()
    assert f"Заявка № {application.number} отправлена" in answer.content.decode()
    assert (application.form, application.source) == ("profile_update", "cabinet")
    assert (application.partner, application.inn) == (partner, partner.inn)
    assert application.data["director"] == "Сидорова Анна"
    assert application.documents.get().content_type == "application/pdf"
    assert OutboxMessage.objects.filter(topic="application.received").exists()
    partner.refresh_from_db()
    assert partner.director == before
    assert "Изменение на проверке" in text_of(cabinet, "/cabinet/profile/")
    assert "Изменение данных на проверке" in text_of(cabinet, "/cabinet/")


def test_what_a_person_approves_is_changed_and_nothing_else(partner, cabinet):
    changes = {"director": "Сидорова Анна", "email": "new@romashka.test"}
    cabinet.post(DETAILS, told(partner, **changes, file=sent(PDF)))
    application = Application.objects.get()
    decide(application_id=application.pk, outcome="approve", subject="Да", body="Да", staff=owner())
    fresh = Partner.objects.get(pk=partner.pk)
    assert (fresh.director, fresh.email) == ("Сидорова Анна", "new@romashka.test")
    for name in ("name", "inn", "ogrn", "kpp", "legal_address", "phone", "about", "status"):
        assert getattr(fresh, name) == getattr(partner, name), name
    assert list(fresh.specialisations.values_list("code", flat=True)) == ["roofing"]
    assert fresh.documents.get().content_type == "application/pdf"
    assert cabinet.get("/cabinet/").status_code == 302  # the mailbox that came in is gone


def test_one_change_is_looked_at_at_a_time(partner, cabinet):
    an_application(form="profile_update", partner=partner, status="queued")
    assert '<form method="post" enctype' not in text_of(cabinet, DETAILS)
    assert cabinet.post(DETAILS, told(partner, director="Иванова")).status_code == 409
    assert Application.objects.count() == 1


def test_a_correction_takes_the_place_of_what_it_corrects(partner, cabinet):
    first = an_application(form="profile_update", partner=partner, status="correction")
    cabinet.post(DETAILS, told(partner, director="Иванова"))
    first.refresh_from_db()
    assert Application.objects.get(previous=first).data["director"] == "Иванова"
    assert first.status == "replaced"


def test_nothing_changed_sends_nothing(partner, cabinet):
    answer = cabinet.post(DETAILS, told(partner))
    assert answer.status_code == 409
    assert "ничего не изменили" in answer.content.decode()
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"), [("inn", "9901000011"), ("inn", ""), ("email", "нет"), ("company", "")]
)
def test_slips_are_said_before_anything_is_sent(partner, cabinet, field, value):
    answer = cabinet.post(DETAILS, told(partner, **{field: value}))
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {field}
    assert not Application.objects.exists()


def test_the_present_mailbox_hears_that_it_is_about_to_lose_the_cabinet(partner, cabinet):
    cabinet.post(DETAILS, told(partner, email="new@romashka.test"))
    letter = MailMessage.objects.get(kind="email_change")
    assert letter.to == partner.email
    assert "new@romashka.test" in letter.text
    partner.refresh_from_db()
    assert partner.email == "office@romashka.test"


def test_a_closed_company_sends_nothing(partner, enter):
    Partner.objects.filter(pk=partner.pk).update(status="closed")
    browser = enter(partner)
    for address in (UPLOAD, f"{LOGO}upload/", f"{LOGO}remove/", DETAILS):
        assert browser.post(address, told(partner, director="X"))["Location"] == "/cabinet/"
    assert not Application.objects.exists()
