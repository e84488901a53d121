"""After the cards: what partners answered, other partners, another request, and how it went."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.models import MailMessage
from partners.models import Channel, Conversation, Lead, LeadOffer, QuotaMonth
from partners.services import dialogue, leads, quotas
from tests.partners.factories import a_partner, an_offer

pytestmark = pytest.mark.django_db
Stage, Status = Conversation.Stage, LeadOffer.Status


def answers(lead: Lead, *, accept: bool, many: int = 99) -> None:
    for offer in lead.offers.filter(status=Status.OFFERED).order_by("rank")[:many]:
        leads.answer(offer.token, accept=accept)


def test_who_takes_the_request_is_named_with_his_public_contacts(person, roofers):
    anna = person(phone="+79000000031")
    anna.gets_cards()
    offer = anna.lead.offers.select_related("partner").get(rank=2)
    leads.answer(offer.token, accept=True)
    (told,) = anna.hears()
    assert f"Ваш запрос взяла компания {offer.partner.name}" in told
    assert "Ваш телефон +79000000031 у компании" in told
    assert f"/partners/{offer.partner.code}/" in told
    assert offer.partner.email in told
    assert not any(
        secret in told for secret in (offer.token, offer.partner.inn, offer.partner.director)
    )


def test_without_a_telephone_the_client_is_the_one_to_call(person, roofers):
    anna = person()
    anna.gets_cards()
    answers(anna.lead, accept=True, many=1)
    assert "свяжитесь с ней сами" in anna.hears()[0]


def test_one_refusal_is_not_told(person, roofers):
    anna = person()
    anna.gets_cards()
    answers(anna.lead, accept=False, many=4)
    assert anna.hears() == []


def test_refused_by_all_the_next_are_offered_once_and_then_a_person(person, roofers):
    anna = person()
    anna.gets_cards()
    answers(anna.lead, accept=False)
    plainly, found, *cards = anna.hears()
    assert "не смогли за него взяться" in plainly
    assert "Подобрали партнёров: 2" in found
    assert cards
    assert anna.lead.offers.count() == 7
    answers(anna.lead, accept=False)
    (last,) = anna.hears()
    assert "Он у сотрудника" in last
    assert anna.conversation.wants_person == "никто не взялся"


def test_missed_by_all_is_told_the_same_way(person, lists, move_clock):
    for _ in range(2):
        a_partner(regions=["16"])
    anna = person()
    anna.gets_cards()
    move_clock(timedelta(hours=25))
    assert leads.miss_unanswered() == 2
    plainly, no_more = anna.hears()
    assert "не смогли за него взяться" in plainly
    assert "Запрос у сотрудника" in no_more
    assert anna.conversation.wants_person == "никто не взялся"


def test_the_next_are_offered_within_their_quota(person, roofers):
    anna = person()
    anna.gets_cards()
    left = {partner.pk for partner in roofers} - {o.partner_id for o in anna.lead.offers.all()}
    full, free = sorted(left)
    QuotaMonth.objects.create(partner_id=full, month=quotas.this_month(), used=10)
    assert "Подобрали партнёров: 1" in anna.says("покажи ещё")[0]
    assert anna.lead.offers.get(rank=6).partner_id == free


def test_more_is_shown_once(person, roofers):
    anna = person()
    anna.gets_cards()
    found, *cards = anna.says("а другие есть?")
    assert "Подобрали партнёров: 2" in found
    assert cards
    (no_more,) = anna.says("ещё")
    assert "Других подходящих партнёров сейчас нет" in no_more
    answers(anna.lead, accept=False)
    assert "Он у сотрудника" in anna.hears()[0]


def test_an_accepted_request_is_not_refused_by_the_rest(person, roofers):
    anna = person()
    anna.gets_cards()
    answers(anna.lead, accept=True, many=1)
    answers(anna.lead, accept=False)
    assert len(anna.hears()) == 1
    assert anna.lead.offers.count() == 5


def test_leads_of_the_api_tell_no_conversation(person, roofers):
    anna = person()
    anna.gets_cards()
    lead = leads.create(source="umnico", external_id="1", phone="+79000000032")
    offer = an_offer(lead=lead)
    leads.answer(offer.token, accept=True)
    assert anna.hears() == []


def test_thanks_are_answered_once(person, roofers):
    anna = person()
    anna.gets_cards()
    assert "Пожалуйста" in anna.says("Спасибо большое!")[0]
    assert anna.says("спасибо", "ок") == []
    assert anna.conversation.wants_person == ""


def test_another_request_is_another_lead_of_the_same_conversation(person, roofers):
    electrician = a_partner(regions=["16"], specialisations=["electrics"], name="Свет-Тест")
    anna = person(phone="+79000000033")
    anna.gets_cards("перекрыть крышу в Казани до 500 тысяч, ищу мастера")
    first = anna.lead
    (summary,) = anna.says("А ещё нужен электрик на дачу")
    assert "Электромонтаж" in summary
    assert "Казань" in summary
    assert "500" not in summary
    _found, card = anna.says("да")
    assert "Свет-Тест" in card
    assert anna.lead != first
    assert Lead.objects.count() == 2
    assert "крышу" not in anna.lead.text
    offer = anna.lead.offers.get(partner=electrician)
    leads.answer(offer.token, accept=True)
    answers(first, accept=True, many=1)
    assert len(anna.hears()) == 2


def test_a_question_the_robot_cannot_answer_goes_to_a_person(person, roofers):
    anna = person()
    anna.gets_cards()
    assert "напишите «ещё»" in anna.says("Когда мне позвонят?")[0]
    assert "позвали сотрудника" in anna.says("Алло?")[0]
    assert anna.conversation.wants_person == "не поняли дважды"


@pytest.fixture
def rated(person, roofers, move_clock):
    """Two partners took the request, and three days have gone by."""
    anna = person()
    anna.gets_cards()
    answers(anna.lead, accept=True, many=2)
    anna.hears()
    move_clock(timedelta(hours=71))
    assert dialogue.ask_due() == 0
    move_clock(timedelta(hours=2))
    return anna


def test_stars_are_asked_for_once_one_partner_after_the_other(rated):
    first, second = rated.lead.offers.filter(status=Status.ACCEPTED).order_by("rank")
    assert dialogue.ask_due() == 1
    assert dialogue.ask_due() == 0
    (asked,) = rated.hears()
    assert f"/rate/{first.client_token}/" in asked
    assert rated.conversation.stage == Stage.RATING
    thanks, another = rated.says("5")
    assert "5 из 5" in thanks
    assert f"/rate/{second.client_token}/" in another
    assert rated.says("тройка") == ["Спасибо! Записали: 3 из 5."]
    assert list(rated.lead.offers.order_by("rank").values_list("rating", flat=True)[:2]) == [5, 3]
    assert dialogue.ask_due() == 0
    assert rated.conversation.stage == Stage.OFFERED


def test_a_rating_may_be_refused_or_left(rated):
    dialogue.ask_due()
    rated.hears()
    assert rated.says("нет") == ["Хорошо, оценку не ставим."]
    dialogue.ask_due()
    rated.hears()
    assert "Электромонтаж" in "".join(rated.says("нужен электрик", "да"))
    assert set(rated.lead.offers.values_list("rating", flat=True)) <= {None}


def test_who_is_busy_with_another_request_or_a_person_is_asked_later(rated):
    Conversation.objects.update(stage=Stage.CONFIRM)
    assert dialogue.ask_due() == 0
    Conversation.objects.update(stage=Stage.OFFERED)
    assert dialogue.ask_due() == 1


def test_a_form_is_asked_by_letter_for_a_press_of_the_link(person, roofers, move_clock):
    anna = person(Channel.FLEXBE, email="anna@example.test")
    anna.says("Крыша, Казань")
    answers(anna.lead, accept=True, many=1)
    assert "взяла компания" in anna.hears()[0]
    move_clock(timedelta(hours=73))
    assert dialogue.ask_due() == 1
    (asked,) = anna.hears()
    assert "/rate/" in asked
    assert "числом" not in asked
    assert anna.conversation.stage == Stage.OFFERED


def test_a_form_gets_the_next_partners_by_mail_too(person, roofers):
    anna = person(Channel.FLEXBE, email="anna@example.test")
    anna.says("Крыша, Казань")
    answers(anna.lead, accept=False)
    assert len(anna.hears()) == 1
    assert MailMessage.objects.filter(kind="lead_cards").count() == 2
    answers(anna.lead, accept=False)
    assert "Он у сотрудника" in anna.hears()[0]
