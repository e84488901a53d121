"""The registry's own form, in a browser without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from partners.models import Application, Document
from partners.services import joining
from partners.services.vocabulary import load_defaults
from tests.partners.intake.files import PDF, bomb, picture

pytestmark = pytest.mark.django_db
JOIN = "/partners/join/"


@pytest.fixture(autouse=True)
def _lists(db):
    load_defaults()


def filled(**changes: Any) -> dict[str, Any]:
    return {
        "number": "n" * 24,
        "company": "ООО «Ромашка»",
        "inn": "990 100 0010",
        "phone": "8 900 000-00-01",
        "email": "ivan@example.test",
        "category": "contractor",
        "specialisations": ["roofing", "foundations"],
        "regions": ["77"],
        "about": "Строим и кроем.",
        "consent": "on",
        **changes,
    }


def test_the_form_is_a_page_of_the_registry(client):
    answer = client.get(JOIN)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Стать партнёром" in page
    assert 'enctype="multipart/form-data"' in page
    assert "no-store" in answer["Cache-Control"]
    assert "<script" not in page
    assert " style=" not in page
    assert client.put(JOIN).status_code == 405


def test_it_speaks_english(client):
    page = client.get(JOIN, headers={"Accept-Language": "en"}).content.decode()
    assert '<html lang="en">' in page
    assert "Become a partner" in page
    assert "Roofing" in page
    client.post(JOIN, filled(), headers={"Accept-Language": "en"})
    assert Application.objects.get().language == "en"


def test_what_was_typed_becomes_an_application(client):
    papers = [SimpleUploadedFile("лицензия.pdf", PDF), SimpleUploadedFile("b.png", picture())]
    logo = SimpleUploadedFile("logo.webp", picture("WEBP"))
    answer = client.post(JOIN, filled(papers=papers, logo=logo))
    application = Application.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/status/{application.token}/"
    assert (application.source, application.form) == ("site", "partner_registration")
    assert application.data["inn"] == "9901000010"
    assert application.data["specialisations"] == ["roofing", "foundations"]
    assert application.data["consent"] is True
    assert application.raw["consent text"] == "2026-11"
    assert application.problems == {}
    found = Document.objects.order_by("id").values_list("name", "kind", "status")
    assert list(found) == [
        ("лицензия.pdf", "other", "stored"),
        ("b.png", "other", "stored"),
        ("logo.webp", "logo", "stored"),
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"inn": "9901000011"}, "опечатка"),
        ({"phone": "12"}, "такого телефона не бывает"),
        ({"email": "ivan"}, "не похоже на адрес почты"),
        ({"website": "javascript:alert(1)"}, "не похоже на адрес сайта"),
        ({"budget_from": "дорого"}, "не похоже на сумму"),
        ({"company": ""}, "Обязательное поле"),
        ({"consent": ""}, "Обязательное поле"),
        ({"papers": SimpleUploadedFile("x.pdf", b"MZ")}, "x.pdf: такой файл не подходит"),
        ({"papers": SimpleUploadedFile("x.png", bomb())}, "слишком большая"),
        ({"logo": SimpleUploadedFile("x.pdf", PDF)}, "должен быть картинкой"),
    ],
)
def test_a_slip_is_told_beside_its_field_and_the_rest_stays(client, changes, told):
    answer = client.post(JOIN, filled(about="Кроем <b>крыши</b>", **changes))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert told.lower() in page.lower()
    assert 'aria-invalid="true"' in page
    assert "Кроем &lt;b&gt;крыши&lt;/b&gt;" in page
    assert 'value="roofing"' in page.partition(" checked")[0]
    assert not Application.objects.exists()


def test_more_files_than_a_person_has(client):
    papers = [SimpleUploadedFile(f"{number}.pdf", PDF) for number in range(11)]
    answer = client.post(JOIN, filled(papers=papers))
    assert answer.status_code == 422
    assert "Не больше 10 файлов" in answer.content.decode()


def test_pressing_twice_is_one_application(client):
    first, second = client.post(JOIN, filled()), client.post(JOIN, filled())
    assert first["Location"] == second["Location"]
    assert Application.objects.count() == 1


def test_going_back_and_changing_takes_the_first_ones_place(client):
    client.post(JOIN, filled())
    client.post(JOIN, filled(company="ООО «Василёк»"))
    again = client.post(JOIN, filled(company="ООО «Незабудка»"))
    assert client.post(JOIN, filled(company="ООО «Незабудка»"))["Location"] == again["Location"]
    found = Application.objects.order_by("id").values_list("company", "status")
    assert list(found) == [
        ("ООО «Ромашка»", "replaced"),
        ("ООО «Василёк»", "replaced"),
        ("ООО «Незабудка»", "received"),
    ]


def test_a_number_that_is_none_of_ours_is_replaced(client):
    client.post(JOIN, filled(number=""))
    client.post(JOIN, filled(number="1; DROP"))
    numbers = list(Application.objects.values_list("tranid", flat=True))
    assert len(set(numbers)) == 2
    assert all(number and len(number) == 24 for number in numbers)


def test_a_program_that_fills_everything_is_asked_to_press_again(client):
    answer = client.post(JOIN, filled(homepage="http://spam.example"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "нажмите «Отправить» ещё раз" in page
    assert "spam.example" not in page
    assert "ООО «Ромашка»" in page
    assert not Application.objects.exists()


def test_without_the_token_against_forgery_nothing_is_taken():
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(JOIN, filled()).status_code == 403


def test_one_network_does_not_flood_us(client, monkeypatch):
    monkeypatch.setattr(joining, "LIMIT", 2)
    for number in range(2):
        assert client.post(JOIN, filled(number=f"{number}" * 24)).status_code == 302
    answer = client.post(JOIN, filled(number="x" * 24))
    assert answer.status_code == 429
    assert "Повторите через 60 мин" in answer.content.decode()
    assert Application.objects.count() == 2
    other = client.post(JOIN, filled(number="y" * 24), REMOTE_ADDR="198.51.100.7")
    assert other.status_code == 302
