"""The registry's other pages: lists with one row and with thirty, keys shown once, the look's role."""

from __future__ import annotations

import pytest

from integrations.models import MailMessage, OutboxMessage
from partners.models import (
    ApiToken,
    Category,
    Document,
    FieldAlias,
    Lead,
    LeadOffer,
    ProfileChange,
    QuotaMonth,
    RegistryAnswer,
    RegistryChange,
    SignInLink,
    TildaPage,
)
from partners.services import tokens
from tests.partners.factories import a_document, an_offer
from tests.partners.office_rows import a_letter, an_answer, one_of_everything
from tests.support.office import (
    list_of,
    messages_of,
    page,
    queries_of,
    shown,
    signed_in,
    staff_member,
)

LISTS = (Document, Lead, LeadOffer, RegistryAnswer, MailMessage)


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model.__name__)
def test_a_list_asks_the_same_number_of_queries_for_one_row_and_for_many(office, boss, model):
    one_of_everything(boss)
    few = queries_of(office, list_of(model))
    for number in range(12):
        an_offer()
        a_document()
        a_letter()
        an_answer(f"99{number:08}")
    assert queries_of(office, list_of(model)) == few


@pytest.mark.parametrize(
    "model", [*LISTS, ApiToken, ProfileChange, QuotaMonth, SignInLink, TildaPage, RegistryChange]
)
def test_nothing_of_it_is_made_changed_or_deleted_by_hand(office, boss, model):
    one_of_everything(boss)
    row = model._default_manager.first()
    assert office.post(page(row), {}).status_code == 403
    assert office.post(page(row, "delete"), {"post": "yes"}).status_code == 403


def test_a_key_is_shown_once_and_revoked(office):
    form = {"name": "ProTalk", "scopes": ["partners:read"], "expires_on": ""}
    response = office.post(f"{list_of(ApiToken)}issue/", form)
    text = response.context["text"]
    token = ApiToken.objects.get()
    assert text in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert tokens.recognise(text) == token
    for address in (
        list_of(ApiToken),
        page(token),
        page(token, "history"),
        "/admin/admin/logentry/",
    ):
        assert text not in office.get(address).content.decode()
    office.post(page(token, "revoke"))
    assert tokens.recognise(text) is None


def test_a_key_needs_rights_and_a_future(office):
    address = f"{list_of(ApiToken)}issue/"
    assert office.post(address, {"name": "X"}).context["form"].errors
    past = {"name": "X", "scopes": ["leads:read"], "expires_on": "2020-01-01"}
    assert office.post(address, past).context["form"].non_field_errors()
    assert not ApiToken.objects.exists()
    reader = signed_in(staff_member("partners.view_apitoken"))
    assert reader.post(address, past).status_code == 403


def test_one_page_wears_one_role(office):
    one = TildaPage.objects.create(project_id="1", page_id="1", role="partner")
    two = TildaPage.objects.create(project_id="1", page_id="2")
    office.post(page(two, "choose"), {"role": "partner"})
    assert list(TildaPage.objects.filter(role="partner")) == [two]
    office.post(page(one, "refresh"))
    one.refresh_from_db()
    assert one.wanted_at is not None


def test_a_word_is_edited_and_never_deleted(office):
    word = Category.objects.get(code="seller")
    form = {"title_ru": "Магазин", "title_en": "Shop", "position": "3", "code": "other"}
    office.post(page(word), form)
    word.refresh_from_db()
    assert (word.title_ru, word.code, word.is_active) == ("Магазин", "seller", False)
    assert office.post(page(word, "delete"), {"post": "yes"}).status_code == 403


def test_a_form_field_gets_another_name(office):
    office.post(f"{list_of(FieldAlias)}add/", {"form": "", "alias": "  Ваш ИНН ", "field": "inn"})
    alias = FieldAlias.objects.get(alias="ваш инн")
    assert alias.field == "inn"
    office.post(page(alias, "delete"), {"post": "yes"})
    assert not FieldAlias.objects.filter(pk=alias.pk).exists()


def test_the_evidence_shows_the_answer_as_it_came(office):
    answer = an_answer("9901000010", body='{"a": 1.10}', sha256="ab" * 32)
    text = office.get(page(answer)).content.decode()
    assert "1.10" in text
    assert "ab" * 32 in text
    assert shown(office, RegistryAnswer, "q=9901000010") == {answer.pk}


class TestLetters:
    def test_a_letter_is_found_and_shown_in_a_locked_frame(self, office):
        letter = a_letter(html="<script>alert(1)</script>", case="application:7")
        a_letter(to="other@example.test")
        for words in ("anna@example.test", "application:7"):
            assert shown(office, MailMessage, f"q={words}") == {letter.pk}
        text = office.get(page(letter)).content.decode()
        assert 'sandbox=""' in text
        assert "<script>alert" not in text

    def test_what_did_not_go_is_a_queue(self, office):
        a_letter()
        refused = a_letter(status="refused", error="нет такого ящика")
        assert shown(office, MailMessage, "queue=trouble") == {refused.pk}

    def test_sent_again_once_a_press_and_with_the_right_alone(self, office):
        letter = a_letter(status="refused")
        key = "00000000-0000-4000-8000-000000000001"
        for _press in range(2):
            response = office.post(page(letter, "again"), {"key": key}, follow=True)
        assert "ещё раз" in messages_of(response)
        letter.refresh_from_db()
        assert letter.status == "waiting"
        assert OutboxMessage.objects.filter(topic="letter.written").count() == 1
        reader = signed_in(staff_member("integrations.view_mailmessage"))
        assert reader.post(page(letter, "again"), {"key": key}).status_code == 403
