"""The page behind the secret link: where an application is, and sending it again."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User

from integrations.clock import now
from partners.models import Application, Decision
from partners.services.applications import submit
from partners.services.documents import keep_file
from partners.services.vocabulary import load_defaults
from tests.partners.factories import a_document, a_partner, an_application
from tests.partners.intake.files import PDF

pytestmark = pytest.mark.django_db
Status = Application.Status
RAW = {
    "Название компании": "ООО «Ромашка»",
    "ИНН": "9901000010",
    "Телефон": "8 900 000-00-01",
    "Почта": "ivan@example.test",
    "Регионы": "Москва, Атлантида",
    "Бюджет от": "договорная",
}


@pytest.fixture(autouse=True)
def _lists(db):
    load_defaults()


def page(client, application: Application, **headers: str) -> str:
    answer = client.get(f"/status/{application.token}/", headers=headers)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def decided(application: Application, outcome: str, body: str, **fields: Any) -> Decision:
    staff, _new = User.objects.get_or_create(username="olga")
    return Decision.objects.create(
        application=application, outcome=outcome, subject="s", body=body, decided_by=staff, **fields
    )


def test_a_fresh_application_says_what_happens_next(client):
    shown = page(client, an_application(email="ivan@example.test"))
    for words in ("Получена", "спрашиваем ФНС", "На проверке", "Решение", "за 1 рабочий день"):
        assert words in shown
    assert "Исправить заявку" in shown


def test_the_link_is_a_secret(client):
    application = an_application()
    for path in ("", "correct/"):
        answer = client.get(f"/status/{application.token}/{path}")
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert answer["Referrer-Policy"] == "same-origin"
        assert 'name="robots" content="noindex' in answer.content.decode()
        assert client.get(f"/status/{application.token}x/{path}").status_code == 404


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"check_state": "manual", "status": "queued"}, "ФНС пока не ответила"),
        ({"check_state": "done", "status": "queued", "queued_at": now()}, "Заявка у сотрудника"),
        ({"email": ""}, "сохраните ссылку на эту страницу"),
        ({"status": "approved"}, "Заявка одобрена"),
        ({"status": "correction"}, "её нужно исправить"),
        ({"status": "rejected"}, "не можем её принять"),
        ({"language": "en"}, "Application No."),
    ],
)
def test_each_state_has_its_words(client, fields, told):
    assert told in page(client, an_application(**fields))


def test_an_approved_one_leads_to_the_partners_page(client):
    partner = a_partner()
    shown = page(client, an_application(status="approved", partner=partner))
    assert f'href="/partners/{partner.code}/"' in shown
    partner.status = "hidden"
    partner.save()
    shown = page(client, an_application(status="approved", partner=partner))
    assert partner.code not in shown


def test_what_was_decided_is_shown_and_escaped(client):
    application = an_application(status="correction", company="<script>alert(1)</script>")
    decided(application, "correct", "Исправьте ИНН.\n\n<img src=x onerror=alert(1)>")
    shown = page(client, application)
    assert "<p>Исправьте ИНН.</p>" in shown
    assert "<img" not in shown.split("<main", 1)[1]
    assert "<script" not in shown
    assert "Исправить и отправить снова" in shown


def test_documents_are_shown_with_what_became_of_them(client):
    application = an_application()
    a_document(application=application, name="a.pdf", review="verified")
    a_document(application=application, name="b.pdf", review="rejected", review_note="нет печати")
    a_document(application=application, name="c.pdf", status="refused", error="файл пустой")
    a_document(application=application, name="d.pdf", status="waiting")
    shown = page(client, application)
    for words in ("подтверждён", "отклонён", "нет печати", "не принят", "файл пустой", "скачиваем"):
        assert words in shown


def test_what_could_not_be_read_is_named(client):
    application = submit(form="partner_registration", source="tilda", raw=RAW, tranid="1:1")
    shown = page(client, application)
    assert "Атлантида" in shown
    assert "не похоже на сумму" in shown


def test_the_form_to_correct_has_the_old_data_in_it(client):
    application = submit(form="partner_registration", source="tilda", raw=RAW, tranid="1:1")
    Application.objects.update(status="correction")
    keep_file(file=BytesIO(PDF), name="лицензия.pdf", application=application)
    decided(application, "correct", "Напишите бюджет числом.")
    answer = client.get(f"/status/{application.token}/correct/")
    form = answer.content.decode()
    assert "Напишите бюджет числом." in form
    assert 'value="ООО «Ромашка»"' in form
    assert 'value="+79000000001"' in form
    assert form.index('value="77"') < form.index('value="50"')
    assert "этого нет в списке: Атлантида" in form
    assert "лицензия.pdf" in form


def test_what_is_sent_again_takes_its_place_with_the_papers(client):
    previous = submit(form="partner_registration", source="tilda", raw=RAW, tranid="1:1")
    Application.objects.update(status="correction")
    keep_file(file=BytesIO(PDF), name="лицензия.pdf", application=previous)
    sent = {
        "number": "n" * 24,
        "company": "ООО «Ромашка»",
        "inn": "9901000027",
        "phone": "+79000000001",
        "email": "ivan@example.test",
        "consent": "on",
    }
    address = f"/status/{previous.token}/correct/"
    wrong = client.post(address, {**sent, "inn": "9901000028"})
    assert wrong.status_code == 422
    answer = client.post(address, sent)
    application = Application.objects.get(previous=previous)
    assert answer["Location"] == f"/status/{application.token}/"
    previous.refresh_from_db()
    assert (previous.status, application.status) == ("replaced", "received")
    assert (application.inn, application.source) == ("9901000027", "site")
    assert application.documents.get().name == "лицензия.pdf"
    shown = page(client, previous)
    assert f"/status/{application.token}/" in shown
    assert client.get(address).status_code == 302
    assert client.post(address, {**sent, "number": "m" * 24})["Location"] == answer["Location"]
    assert Application.objects.count() == 2


@pytest.mark.parametrize(
    ("days", "allowed"), [(None, False), (7, False), (0, True)], ids=["never", "in a week", "now"]
)
def test_a_rejected_one_follows_its_rule(client, days, allowed):
    application = an_application(status="rejected")
    after = None if days is None else now() + timedelta(days=days) - timedelta(seconds=1)
    decided(application, "reject", "Нет.", reapply_after=after)
    shown = page(client, application)
    assert ("Исправить и отправить снова" in shown) is allowed
    assert ("Снова отправить её можно с" in shown) is (days == 7)
    answer = client.get(f"/status/{application.token}/correct/")
    assert answer.status_code == (200 if allowed else 302)


def test_a_rejected_one_is_sent_again_once(client):
    rejected = an_application(status="rejected")
    decided(rejected, "reject", "Нет.", reapply_after=now() - timedelta(seconds=1))
    newer = an_application(previous=rejected)
    shown = page(client, rejected)
    assert f"/status/{newer.token}/" in shown
    assert "Исправить и отправить снова" not in shown
    assert client.get(f"/status/{rejected.token}/correct/").status_code == 302


@pytest.mark.parametrize("form", ["profile_update", "document_upload"])
def test_the_other_forms_are_corrected_in_their_own_fields(client, form):
    partner = a_partner()
    raw = {"partner_code": partner.code, "email": "ivan@example.test"}
    application = submit(form=form, source="tilda", raw=raw, tranid="1:1")
    shown = client.get(f"/status/{application.token}/correct/").content.decode()
    assert f'value="{partner.code}"' in shown
    assert ("id_category" in shown) is (form == "profile_update")
    sent = {"partner_code": partner.code, "consent": "on", "number": "n" * 24}
    client.post(f"/status/{application.token}/correct/", sent)
    newer = Application.objects.get(previous=application)
    assert (newer.form, newer.partner) == (form, partner)
