"""Words in the office: listed, edited, switched off, tried on a sentence."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from partners.models import City, Keyword, Specialisation
from partners.services.lists import load_cities, load_words
from partners.services.understanding import understand
from partners.services.vocabulary import load_defaults
from tests.support.office import list_of, page, queries_of, shown, signed_in, staff_member

TRY, ADD = "admin:partners_keyword_try", "admin:partners_keyword_add"


@pytest.fixture(autouse=True)
def _lists(db):
    load_defaults()
    load_words()


def test_a_word_is_added_with_its_history_and_understood_at_once(office):
    roofing = Specialisation.objects.get(code="roofing")
    sent = {
        "meaning": "spec",
        "phrase": "  конёк  ",
        "specialisation": roofing.pk,
        "is_active": "on",
    }
    assert office.post(reverse(ADD), sent).status_code == 302
    word = Keyword.objects.get(phrase="конёк")
    assert (word.specialisation, word.category, word.region) == (roofing, None, None)
    assert LogEntry.objects.filter(object_id=str(word.pk), action_flag=1).exists()
    assert understand("нужны коньки").specialisations == (roofing.pk,)
    before = word.updated_at
    office.post(page(word), {"specialisation": roofing.pk})
    word.refresh_from_db()
    assert not word.is_active
    assert word.updated_at > before
    assert understand("нужны коньки").specialisations == ()


def test_a_word_without_what_it_is_about_is_refused(office):
    answer = office.post(reverse(ADD), {"meaning": "spec", "phrase": "конёк"})
    assert "Укажите, о чём говорит это слово." in answer.content.decode()
    assert not Keyword.objects.filter(phrase="конёк").exists()


def test_what_a_side_does_not_need_is_left_out(office):
    roofing = Specialisation.objects.get(code="roofing")
    sent = {"meaning": "client", "phrase": "мечта о доме", "specialisation": roofing.pk}
    assert office.post(reverse(ADD), sent).status_code == 302
    assert Keyword.objects.get(phrase="мечта о доме").specialisation is None


def test_the_same_word_twice_is_refused_in_words(office):
    answer = office.post(reverse(ADD), {"meaning": "client", "phrase": "дом", "is_active": "on"})
    assert answer.status_code == 200
    assert Keyword.objects.filter(meaning="client", phrase="дом").count() == 1


def test_words_are_searched_and_filtered_by_meaning(office):
    few = queries_of(office, f"{list_of(Keyword)}?meaning__exact=category")
    answer = office.get(f"{list_of(Keyword)}?q=металлочереп&meaning__exact=spec")
    assert "металлочерепица" in answer.content.decode()
    assert "Проверить на сообщении" in answer.content.decode()
    assert queries_of(office, f"{list_of(Keyword)}?meaning__exact=spec") == few
    assert shown(office, Keyword, "q=абракадабра") == set()


def test_a_sentence_is_tried_and_its_words_are_shown(office):
    load_cities()
    text = "Нужна крыша в Подольске, до 500 тыс, к маю"
    said = office.post(reverse(TRY), {"text": text}).content.decode()
    for part in ("Кровельные работы", "Подольск", "Московская область", "к маю", "клиент"):
        assert part in said
    assert "до 500" in said.replace("\xa0", " ")
    assert "По каким словам" in said
    assert office.get(reverse(TRY)).status_code == 200


def test_only_who_may_see_words_may_try_them():
    assert signed_in(staff_member()).get(reverse(TRY)).status_code == 403
    assert (
        signed_in(staff_member("partners.view_keyword", name="ann")).get(reverse(TRY)).status_code
        == 200
    )


def test_towns_show_who_is_on_the_map(office):
    load_cities()
    said = office.get(f"{list_of(City)}?q=Подольск").content.decode()
    assert "179" in said
    assert page(City.objects.get(name="Подольск")) in said
