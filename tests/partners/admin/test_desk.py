"""The desk of applications: the queue, the page of one, a decision with its letter, two people at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from integrations.clock import now
from integrations.models import MailMessage
from partners.models import Application, Decision, DecisionReason, Partner
from partners.services.letters import draft
from tests.partners.factories import a_partner, an_application
from tests.partners.office_rows import a_busy_application, decided
from tests.support.office import (
    list_of,
    messages_of,
    page,
    queries_of,
    shown,
    signed_in,
    staff_member,
)


def reason(code: str) -> DecisionReason:
    return DecisionReason.objects.get(code=code)


def send(client: Client, application: Application, outcome: str, code: str = "", **fields: str):
    """A decision as the form sends it, its letter as it was drafted."""
    why = reason(code) if code else None
    words = draft(application=application, outcome=outcome, reason=why)
    number = str(why.pk) if why else ""
    data = {"subject": words.subject, "body": words.body, "reason": number, "drafted": number}
    return client.post(
        page(application, outcome), data | {"comment": "проверено"} | fields, follow=True
    )


def test_who_has_waited_longest_comes_first_and_the_rest_on_demand(office):
    young = an_application()
    old = an_application(created_at=now() - timedelta(days=2))
    gone = an_application(status="rejected")
    rows = [row.pk for row in office.get(list_of(Application)).context["cl"].result_list]
    assert rows == [old.pk, young.pk]
    assert shown(office, Application, "state=rejected") == {gone.pk}
    assert shown(office, Application, "state=all") == {old.pk, young.pk, gone.pk}


def test_an_application_is_found_by_what_one_knows_of_it(office):
    wanted = an_application(phone="+79015550001", email="Anna@Example.test", company="ООО «Лютик»")
    an_application()
    for words in (
        str(wanted.pk),
        f"№ {wanted.pk}",
        wanted.inn,
        "лютик",
        "+7 901 555-00-01",
        "8 (901) 555-00-01",
        "anna@example.test",
    ):
        assert shown(office, Application, f"q={words.replace('+', '%2B')}") == {wanted.pk}, words
    assert shown(office, Application, "q=%D0%BD%D0%B5%D1%82") == set()
    assert shown(office, Application, "q=999999999999999999999") == set()


def test_a_short_number_is_no_beginning_of_an_inn(office):
    wanted = an_application()
    number = str(wanted.pk)
    other = an_application(inn=f"{number}{'0' * (10 - len(number))}")
    assert shown(office, Application, f"q={number}") == {wanted.pk}
    assert shown(office, Application, f"q={other.inn[:4]}") >= {other.pk}


def test_the_filters_choose(office, boss):
    risky = a_busy_application(boss, source="tilda", check_state="manual")
    plain = an_application(form="profile_update", source="api")
    assert shown(office, Application, "risk=any") == {risky.pk}
    assert shown(office, Application, "risk=same_phone") == {risky.pk}
    assert shown(office, Application, "risk=same_inn") == set()
    assert shown(office, Application, "check_state__exact=manual") == {risky.pk}
    assert plain.pk in shown(office, Application, "form__exact=profile_update")
    assert shown(office, Application, "source__exact=api") == {plain.pk}


def test_the_page_shows_what_was_sent_beside_what_the_registry_says(office, boss):
    application = a_busy_application(boss)
    response = office.get(page(application))
    text = response.content.decode()
    lines = {line.title: line for line in response.context["card"].extra["comparison"].lines}
    assert lines["КПП"].differs
    assert lines["КПП"].registry == "990199999"
    assert not lines["ИНН"].differs
    assert lines["Сайт"].problem == "это не адрес"
    for said in ("посмотреть", "тот же телефон", "licence.pdf", "Звонила", "слишком большой"):
        assert said in text, said


def test_an_empty_application_still_has_a_page(office):
    application = an_application(inn="", email="", phone="", company="", data={"category": ""})
    Application.objects.update(data={}, raw={})
    response = office.get(page(application))
    assert response.status_code == 200
    assert "письмо отправить некуда" in response.content.decode()
    assert office.get(list_of(Application, "q=zzz")).status_code == 200


def test_what_a_stranger_typed_is_text(office):
    bad = "<script>alert(1)</script>"
    application = an_application(
        company=bad, data={"about": bad, "comment": bad}, problems={"inn": bad}
    )
    text = office.get(page(application)).content.decode()
    text += office.get(list_of(Application)).content.decode()
    text += office.get(page(application, "approve")).content.decode()
    assert bad not in text
    assert "&lt;script&gt;alert" in text


def test_the_list_and_the_page_ask_a_fixed_number_of_queries(office, boss):
    first = a_busy_application(boss)
    few_in_list, few_on_page = (
        queries_of(office, list_of(Application)),
        queries_of(office, page(first)),
    )
    for _number in range(12):
        last = a_busy_application(boss)
    assert queries_of(office, list_of(Application)) == few_in_list
    assert queries_of(office, page(last)) == few_on_page


def test_an_approval_publishes_and_tells(office):
    application = an_application(check_state="done")
    asked = office.get(page(application, "approve"))
    assert any("станет партнёром" in effect for effect in asked.context["effects"])
    assert "одобрена" in asked.context["letter"].html
    response = send(office, application, "approve")
    assert "Решено: одобрить" in messages_of(response)
    partner = Partner.objects.get()
    assert partner.code in response.content.decode()
    assert MailMessage.objects.get().to == application.email
    assert LogEntry.objects.count() == 2


def test_without_the_tax_service_an_approval_is_explained(office):
    application = an_application(check_state="manual")
    response = send(office, application, "approve", comment="")
    assert response.context["form"].errors.keys() == {"comment"}
    assert not Partner.objects.exists()
    send(office, application, "approve", comment="видела выписку")
    assert Decision.objects.get().comment == "видела выписку"


def test_the_letter_follows_the_reason_and_is_seen_before_it_goes(office):
    application = an_application()
    empty = draft(application=application, outcome="correct")
    data = {"reason": str(reason("name_mismatch").pk), "subject": empty.subject, "body": empty.body}
    response = office.post(page(application, "correct"), data)
    assert "Название компании" in response.context["form"]["body"].value()
    assert "Название компании" in response.context["letter"].html
    assert not Decision.objects.exists()

    drafted = {"drafted": response.context["form"]["drafted"].value()}
    data |= drafted | {"body": "Своими словами <b>", "preview": "1"}
    response = office.post(page(application, "correct"), data)
    assert "Своими словами &lt;b&gt;" in response.context["letter"].html
    assert not Decision.objects.exists()

    del data["preview"]
    office.post(page(application, "correct"), data)
    assert Decision.objects.get().body == "Своими словами <b>"


def test_ones_own_words_stay_when_the_reason_changes(office):
    application = an_application()
    data = {
        "reason": str(reason("spam").pk),
        "drafted": str(reason("duplicate").pk),
        "subject": "Тема",
        "body": "Своими словами",
    }
    office.post(page(application, "reject"), data)
    assert Decision.objects.get().body == "Своими словами"


def test_a_rejection_may_name_its_own_day(office):
    application = an_application()
    send(office, application, "reject", "spam", reapply_on="2027-03-01")
    day = Decision.objects.get().reapply_after
    assert day is not None
    assert f"{day:%Y-%m-%d %H:%M}" == "2027-02-28 21:00"


def test_a_partner_of_the_same_number_is_shown_and_changed_only_when_asked(office):
    partner = a_partner(name="Прежняя")
    application = an_application(inn=partner.inn, company="Новая", check_state="done")
    assert partner.code in office.get(page(application)).content.decode()
    response = send(office, application, "approve")
    assert response.context["form"].errors.keys() == {"over_existing"}
    send(office, application, "approve", over_existing="on")
    partner.refresh_from_db()
    assert partner.name == "Новая"


def test_a_missing_category_is_asked_for(office):
    application = an_application(data={"category": ""}, check_state="done")
    response = send(office, application, "approve")
    assert response.context["form"].errors.keys() == {"category"}


def test_the_second_person_reads_who_was_faster(office, boris):
    application = an_application(check_state="done")
    send(boris, application, "approve")
    for outcome, code in (("approve", ""), ("reject", "spam")):
        said = messages_of(send(office, application, outcome, code))
        assert "Уже решено: boris" in said
        assert "одобрить" in said
    assert Decision.objects.count() == 1


def test_an_application_in_hand_is_taken_over_first(office, boris):
    application = an_application(check_state="done")
    boris.post(page(application, "take"))
    assert "boris с " in office.get(list_of(Application)).content.decode()
    assert "смотрит boris" in messages_of(send(office, application, "approve"))
    assert "boris" in " ".join(office.get(page(application, "take_over")).context["effects"])
    office.post(page(application, "take_over"))
    assert "смотрит owner" in messages_of(send(boris, application, "approve"))
    office.post(page(application, "leave"))
    assert "Решено" in messages_of(send(boris, application, "approve"))


def test_a_decision_is_corrected_from_the_page(office, boss):
    application = decided(an_application(check_state="done"), boss)
    titles = [action.title for action in office.get(page(application)).context["card"].actions]
    assert titles == ["Вернуть на правку", "Всё-таки отклонить", "Заметка"]
    asked = office.get(page(application, "reject"))
    assert any("скроется" in effect for effect in asked.context["effects"])
    first = Decision.objects.get()
    send(office, application, "reject", "liquidated", corrects=str(first.pk))
    assert Partner.objects.get().status == "hidden"
    assert "Уже решено" in messages_of(
        send(office, application, "correct", "no_contacts", corrects=str(first.pk))
    )
    assert Decision.objects.count() == 2


@pytest.mark.django_db
def test_who_may_not_decide_sees_and_cannot_press():
    application = an_application()
    reader = signed_in(staff_member("partners.view_application"))
    card = reader.get(page(application)).context["card"]
    assert [action.title for action in card.actions] == ["Заметка"]
    for name in ("approve", "correct", "reject", "take", "take_over", "leave"):
        assert reader.post(page(application, name)).status_code == 403
    assert signed_in(staff_member(name="nobody")).get(page(application)).status_code == 403


def test_a_note_stays_with_the_application(office):
    application = an_application()
    office.post(page(application, "note"), {"text": "Перезвонить в пятницу"})
    assert "Перезвонить в пятницу" in office.get(page(application)).content.decode()
    assert application.notes.get().staff.username == "owner"


def test_the_first_page_counts_what_waits(office, boss):
    a_busy_application(boss, created_at=now() - timedelta(hours=30))
    tiles = {
        tile.title: tile for tile in office.get(reverse("admin:index")).context["dashboard"].tiles
    }
    assert tiles["Заявки партнёров"].note == "старшая ждёт 1 день 6 ч"
    assert tiles["Документы партнёров"].count == "1"
