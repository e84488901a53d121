"""What each page shows, of one's own rows only."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from integrations.clock import now
from partners.models import Document, LeadOffer, Partner, ProfileChange, Shows
from tests.partners.factories import a_document, a_lead, a_partner, an_offer
from tests.support.office import queries_of

pytestmark = pytest.mark.django_db

PAGES = (
    "",
    "leads/",
    "profile/",
    "profile/edit/",
    "profile/details/",
    "services/",
    "documents/",
    "statistics/",
    "plan/",
    "payments/",
)
NASTY = "<script>alert(1)</script>"


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.mark.parametrize("page", PAGES)
def test_without_a_session_one_is_asked_to_sign_in(client, page):
    answer = client.get(f"/cabinet/{page}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/cabinet/sign-in/")


@pytest.mark.parametrize("page", PAGES)
def test_a_new_partner_sees_every_page_empty(cabinet, page):
    assert 'aria-current="page"' in text_of(cabinet, f"/cabinet/{page}")


@pytest.mark.parametrize("page", PAGES)
def test_names_are_text(partner, enter, page):
    Partner.objects.filter(pk=partner.pk).update(name=NASTY)
    a_document(partner=partner, name=NASTY, kind="licence")
    an_offer(partner=partner, lead=a_lead(text=NASTY, city=NASTY))
    text = text_of(enter(partner), f"/cabinet/{page}")
    assert NASTY not in text
    assert "&lt;script&gt;" in text


def test_shows_are_counted_by_day_and_place(partner, cabinet):
    today = timezone.localtime(now()).date()
    other = a_partner()
    for who, ago, surface, count in [
        (partner, 0, "page", 3),
        (partner, 0, "catalogue", 5),
        (partner, 6, "card", 2),
        (partner, 7, "embed", 100),  # the day before the week
        (other, 0, "page", 4321),
    ]:
        Shows.objects.create(
            partner=who, day=today - timedelta(days=ago), surface=surface, count=count
        )
    text = text_of(cabinet, "/cabinet/statistics/?days=7")
    assert '<p class="figure">10</p>' in text
    assert text.count("<rect class=") == 3 + 4  # columns and the legend
    assert 'height="625"' in text  # 5 of 8 of the tallest day
    assert "4321" not in text
    assert "style=" not in text
    assert '<p class="figure">110</p>' in text_of(cabinet, "/cabinet/statistics/?days=30")
    assert '<p class="figure">110</p>' in text_of(cabinet, "/cabinet/statistics/?days=lots")


def test_a_page_of_ninety_days_takes_few_queries(partner, cabinet):
    today = timezone.localtime(now()).date()
    Shows.objects.bulk_create(
        Shows(partner=partner, day=today - timedelta(days=ago), surface=surface, count=1)
        for ago in range(90)
        for surface in Shows.Surface.values
    )
    assert queries_of(cabinet, "/cabinet/statistics/?days=90") <= 5


def test_leads_are_listed_and_filtered(partner, cabinet):
    for status in LeadOffer.Status:
        an_offer(partner=partner, lead=a_lead(text=f"Дело {status}"), status=status)
    an_offer(lead=a_lead(text="Чужое дело"))
    text = text_of(cabinet, "/cabinet/leads/")
    assert all(f"Дело {status}" in text for status in LeadOffer.Status)
    assert "Чужое дело" not in text
    text = text_of(cabinet, "/cabinet/leads/?status=accepted")
    assert "Дело accepted" in text
    assert "Дело offered" not in text


@pytest.mark.parametrize("status", LeadOffer.Status.values)
def test_contacts_are_for_whoever_accepted(partner, cabinet, status):
    lead = a_lead(client_name="Пётр Клиентов", phone="+79021112233", email="petr@example.test")
    offer = an_offer(partner=partner, lead=lead, status=status)
    for address in ("/cabinet/leads/", f"/cabinet/leads/{offer.pk}/"):
        text = text_of(cabinet, address)
        shown = [word in text for word in ("Клиентов", "+79021112233", "petr@example.test")]
        assert shown == [status == "accepted" and address != "/cabinet/leads/"] * 3


def test_another_partners_rows_are_not_there(cabinet):
    stranger = a_partner()
    offer = an_offer(partner=stranger, status="accepted")
    document = a_document(partner=stranger, file=ContentFile(b"%PDF-1.7", name="secret.pdf"))
    assert cabinet.get(f"/cabinet/leads/{offer.pk}/").status_code == 404
    assert cabinet.get(f"/cabinet/documents/{document.pk}/").status_code == 404
    assert cabinet.get("/cabinet/documents/999999/").status_code == 404


def test_a_document_comes_back_as_a_download(partner, cabinet):
    document = a_document(
        partner=partner,
        name="Лицензия <1>.html",
        content_type="text/html",
        file=ContentFile(b"<script>", name="x.html"),
    )
    answer = cabinet.get(f"/cabinet/documents/{document.pk}/")
    assert b"".join(answer.streaming_content) == b"<script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({}, "на проверке"),
        ({"review": "verified"}, "подтверждён"),
        ({"review": "rejected", "review_note": "Срок вышел"}, "Срок вышел"),
        ({"status": "refused", "error": "Файл больше 10 МБ"}, "Файл больше 10 МБ"),
    ],
)
def test_a_document_tells_its_state(partner, cabinet, fields, word):
    a_document(partner=partner, **fields)
    assert word in text_of(cabinet, "/cabinet/documents/")


def test_a_file_that_is_gone_is_not_there(partner, cabinet):
    document = a_document(partner=partner, file="partners/documents/2026/11/gone.pdf")
    assert cabinet.get(f"/cabinet/documents/{document.pk}/").status_code == 404
    refused = a_document(partner=partner, status=Document.Status.REFUSED)
    assert cabinet.get(f"/cabinet/documents/{refused.pk}/").status_code == 404


def test_a_partner_pauses_and_comes_back(partner, cabinet):
    assert "приостановлен" in cabinet.post("/cabinet/pause/", follow=True).content.decode()
    partner.refresh_from_db()
    assert partner.status == "paused"
    cabinet.post("/cabinet/pause/")
    cabinet.post("/cabinet/resume/")
    partner.refresh_from_db()
    assert partner.status == "active"
    changes = ProfileChange.objects.order_by("id").values_list("field", "before", "after")
    assert list(changes) == [("status", "active", "paused"), ("status", "paused", "active")]
    assert cabinet.get("/cabinet/pause/").status_code == 405


@pytest.mark.parametrize("status", ["hidden", "closed"])
def test_what_somebody_else_hid_stays_hidden(partner, enter, status):
    Partner.objects.filter(pk=partner.pk).update(status=status)
    browser = enter(partner)
    for press in ("pause", "resume"):
        answer = browser.post(f"/cabinet/{press}/", follow=True)
        assert 'class="bad" role="status"' in answer.content.decode()
        assert Partner.objects.get(pk=partner.pk).status == status


def test_the_overview_says_what_to_do(partner, cabinet):
    for number in range(2):
        an_offer(partner=partner, lead=a_lead(), rank=number + 1)
    a_document(partner=partner, review="rejected")
    text = text_of(cabinet, "/cabinet/")
    assert "Ответить на обращения клиентов</a>: 2" in text
    assert "документы отклонены</a>: 1" in text


def test_a_lead_is_answered_once(partner, cabinet):
    offer = an_offer(partner=partner, lead=a_lead(phone="+79021112233"))
    address = f"/cabinet/leads/{offer.pk}/"
    assert "Принять</button>" in text_of(cabinet, address)
    assert cabinet.post(f"{address}answer/", {"answer": "perhaps"}).status_code == 400
    page = cabinet.post(f"{address}answer/", {"answer": "accept"}, follow=True)
    assert "+79021112233" in page.content.decode()
    assert 'class="ok" role="status"' in page.content.decode()
    again = cabinet.post(f"{address}answer/", {"answer": "decline"})
    assert again.status_code == 409
    assert "уже ответили" in again.content.decode()
    offer.refresh_from_db()
    assert offer.status == "accepted"


def test_a_lead_is_not_answered_for_another(cabinet, partner):
    offer = an_offer(partner=a_partner())
    answer = cabinet.post(f"/cabinet/leads/{offer.pk}/answer/", {"answer": "accept"})
    assert answer.status_code == 404
    offer.refresh_from_db()
    assert offer.status == "offered"


def test_a_late_lead_is_not_offered_any_more(partner, cabinet):
    offer = an_offer(partner=partner, created_at=now() - timedelta(hours=25))
    text = text_of(cabinet, f"/cabinet/leads/{offer.pk}/")
    assert "Время ответа вышло" in text
    assert "Принять</button>" not in text


def test_a_closed_company_answers_nothing(partner, enter):
    Partner.objects.filter(pk=partner.pk).update(status="closed")
    offer = an_offer(partner=partner, lead=a_lead(phone="+79021112233"))
    browser = enter(partner)
    assert "Принять</button>" not in text_of(browser, f"/cabinet/leads/{offer.pk}/")
    browser.post(f"/cabinet/leads/{offer.pk}/answer/", {"answer": "accept"})
    offer.refresh_from_db()
    assert offer.status == "offered"
