"""An application is kept as it came, once, and answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from integrations.models import MailMessage
from partners.models import Application, ApplicationEvent
from partners.services.applications import submit
from partners.services.decisions import hidden_words
from partners.services.documents import keep_file
from partners.services.vocabulary import load_defaults
from tests.partners.factories import a_document, a_partner, an_application
from tests.partners.intake.files import PDF, picture

Status = Application.Status
RAW = {
    "company": "ООО «Ромашка»",
    "inn": "9901000010",
    "phone": "+7 900 000-00-01",
    "email": "ivan@example.test",
}


def send(**changes) -> Application:
    fields = {"form": "partner_registration", "source": "site", "raw": RAW}
    return submit(**{**fields, **changes})


def lines(application: Application) -> list[tuple[str, str]]:
    return list(application.events.values_list("kind", "note"))


@pytest.mark.django_db
def test_an_application_is_kept_read_and_answered():
    application = send()
    application.refresh_from_db()
    assert application.raw == RAW
    assert application.problems == {}
    assert (application.company, application.inn) == ("ООО «Ромашка»", "9901000010")
    assert (application.phone, application.email) == ("+79000000001", "ivan@example.test")
    assert (application.legal_form, application.status) == ("ooo", Status.RECEIVED)
    assert application.check_state == Application.Check.WAITING
    assert lines(application) == [("received", "")]
    letter = MailMessage.objects.get()
    assert letter.to == "ivan@example.test"
    assert letter.subject == f"[Реестр] Заявка № {application.number} принята"
    assert letter.case == application.case
    assert application.token not in f"{letter.text} {letter.html} {letter.context}"
    assert application.token in hidden_words(letter)["status_url"]


@pytest.mark.django_db
def test_the_letter_says_nothing_a_stranger_wrote():
    send(raw={**RAW, "company": "Купите слонов на http://spam.example"})
    letter = MailMessage.objects.get()
    assert "слонов" not in f"{letter.subject} {letter.text} {letter.html}"


@pytest.mark.django_db
def test_an_english_applicant_is_answered_in_english():
    application = send(language="en", raw={**RAW, "inn": "?"})
    letter = MailMessage.objects.get()
    assert letter.subject == f"[Registry] Application No. {application.number} received"
    assert "working day" in letter.text
    assert application.problems["inn"].startswith("this is no number")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "raw", [{}, {"name": "\x00"}, {"inn": "нет", "email": "нет", "phone": "-"}]
)
def test_nothing_is_refused(raw):
    application = send(raw=raw)
    assert set(application.problems) >= {"company", "inn", "email", "phone"}
    assert (application.inn, application.email) == ("", "")
    assert not MailMessage.objects.exists()


@pytest.mark.django_db
def test_the_same_number_twice_keeps_the_first_and_tells_of_the_second():
    first = send(tranid="1:2")
    assert send(tranid="1:2").pk == first.pk
    assert send(tranid="1:2", raw={**RAW, "inn": "9901000027"}).pk == first.pk
    first.refresh_from_db()
    assert first.inn == "9901000010"
    assert lines(first) == [("received", ""), ("repeated", ""), ("repeated", "inn")]
    assert MailMessage.objects.count() == 1
    assert send(tranid="1:2", source="api").pk != first.pk
    assert send().pk != send().pk


@pytest.mark.django_db(transaction=True)
def test_many_at_once_with_one_number_make_one_application():
    load_defaults()

    def one(_number: int) -> int:
        try:
            return send(tranid="7:7").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as workers:
        found = set(workers.map(one, range(8)))
    assert len(found) == 1
    application = Application.objects.get()
    kinds = [kind for kind, _note in lines(application)]
    assert (kinds.count("received"), kinds.count("repeated")) == (1, 7)
    assert MailMessage.objects.count() == 1


@pytest.mark.django_db
def test_a_change_finds_its_partner_by_code_or_inn():
    partner = a_partner()
    for raw in ({"partner_code": partner.code.lower()}, {"inn": partner.inn}):
        application = send(form="profile_update", raw=raw)
        assert application.partner == partner
        assert application.problems == {}
    unknown = send(form="document_upload", raw={"partner_code": "P-000000-0000"})
    assert unknown.partner is None
    assert set(unknown.problems) == {"partner_code"}
    assert send(form="partner_registration", raw={**RAW, "inn": partner.inn}).partner is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.RECEIVED, Status.REPLACED),
        (Status.QUEUED, Status.REPLACED),
        (Status.CORRECTION, Status.REPLACED),
        (Status.REJECTED, Status.REJECTED),
        (Status.APPROVED, Status.APPROVED),
    ],
)
def test_a_correction_takes_the_place_of_what_nobody_decided(before, after):
    previous = an_application(status=before)
    kept = keep_file(file=BytesIO(PDF), name="a.pdf", application=previous)
    a_document(application=previous, status="refused", name="no.exe")
    application = send(previous=previous)
    previous.refresh_from_db()
    assert previous.status == after
    assert application.previous == previous
    (copied,) = application.documents.all()
    assert (copied.name, copied.sha256, copied.file.name) == ("a.pdf", kept.sha256, kept.file.name)
    replaced = ApplicationEvent.Kind.REPLACED in dict(lines(previous))
    assert replaced is (after == Status.REPLACED)


@pytest.mark.django_db
def test_files_come_by_link_or_with_the_form():
    load_defaults()
    raw = {
        **RAW,
        "file_1": "https://files.example.test/a.pdf",
        "file_2": "https://files.example.test/b.pdf",
        "Логотип": "https://files.example.test/logo.png",
    }
    logo = SimpleUploadedFile("l.png", picture())
    logo.field_name = "logo"
    files = [logo, SimpleUploadedFile("x.exe", b"MZ"), SimpleUploadedFile("s.pdf", PDF)]
    application = send(raw=raw, files=files)
    found = application.documents.order_by("id").values_list("name", "kind", "status")
    assert list(found) == [
        ("logo.png", "logo", "waiting"),
        ("a.pdf", "other", "waiting"),
        ("b.pdf", "other", "waiting"),
        ("l.png", "logo", "stored"),
        ("x.exe", "other", "refused"),
        ("s.pdf", "other", "stored"),
    ]
