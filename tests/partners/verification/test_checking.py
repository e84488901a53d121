"""An application and the tax service, from the reaction to the verdicts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from partners.errors import NotPossible
from partners.models import Application, RegistryAnswer
from partners.services import verification
from tests.partners.factories import a_partner, an_application
from tests.partners.verification.checked import ROMASHKA, checked, results
from tests.partners.verification.register import Register

pytestmark = pytest.mark.django_db
Check, Status = Application.Check, Application.Status


def test_what_arrives_stands_before_people_at_once(register: Register):
    application = an_application(**ROMASHKA)

    verification.begin(application_id=application.pk)

    application.refresh_from_db()
    assert (application.status, application.check_state) == (Status.QUEUED, Check.WAITING)
    assert application.queued_at is not None
    assert results(application) == {"inn_digits": "pass", "ogrn_digits": "pass"}
    assert register.asked == []


def test_an_answer_is_kept_as_it_came_and_compared(register: Register):
    application = checked()

    assert (application.check_state, application.check_error) == (Check.DONE, "")
    assert results(application) == {
        "inn_digits": "pass",
        "ogrn_digits": "pass",
        "found": "pass",
        "active": "pass",
        "name_matches": "pass",
        "ogrn_matches": "pass",
        "form_matches": "pass",
        "age": "pass",
        "marks": "pass",
    }
    answer = RegistryAnswer.objects.get(method="egr")
    assert answer.outcome == RegistryAnswer.Outcome.FOUND
    assert answer.card["legal_name"] == 'ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ "РОМАШКА"'
    assert '"ИНН": "9901000010"' in answer.body
    assert len(answer.sha256) == 64
    assert application.verdicts.get(rule="active").answer == answer
    assert [event.kind for event in application.events.all()] == ["queued", "checked"]


def test_a_person_decides_whatever_was_heard(register: Register):
    assert checked().status == Status.QUEUED


def test_a_number_with_a_slip_is_not_asked_about(register: Register):
    application = checked(inn="9901000011", ogrn="1199900000014")

    assert (application.status, application.check_state) == (Status.QUEUED, Check.NOT_NEEDED)
    assert results(application) == {"inn_digits": "fail", "ogrn_digits": "fail"}
    assert "опечатка" in application.verdicts.get(rule="inn_digits").explanation
    assert register.asked == []


def test_documents_and_changes_of_no_legal_weight_need_no_check(register: Register):
    partner = a_partner(inn="9901000010")
    documents = checked(form=Application.Form.DOCUMENTS, partner=partner)
    same = {"company": partner.name, "ogrn": partner.ogrn, "legal_form": "ooo"}
    update = checked(form=Application.Form.UPDATE, partner=partner, **same)
    moved = checked(form=Application.Form.UPDATE, partner=partner, company="Иное")

    assert documents.check_state == update.check_state == Check.NOT_NEEDED
    assert moved.check_state == Check.DONE


def test_who_has_ceased_fails(register: Register):
    application = checked(inn="9901000027", ogrn="1199900000024", company="ООО Лютик")

    assert results(application)["active"] == "fail"
    assert application.verdicts.get(rule="active").found == "Ликвидировано, 03.06.2024"


def test_an_unknown_number_fails(register: Register):
    application = checked(inn="7707083893")

    assert results(application)["found"] == "fail"
    assert application.check_state == Check.DONE


def test_each_negative_mark_has_a_verdict(register: Register):
    register.change("9901000010", negative={"МассАдрес": "Да (16 юрлиц)", "Банкрот": "Да"})

    application = checked()

    found = results(application)
    assert (found["mark:МассАдрес"], found["mark:Банкрот"], found["marks"]) == (
        "doubt", "fail", "fail",
    )  # fmt: skip
    mark = application.verdicts.get(rule="mark:МассАдрес")
    assert (mark.title, mark.found) == ("по этому адресу много компаний", "Да (16 юрлиц)")


def test_a_good_answer_is_believed_for_a_day(register: Register, move_clock):
    checked()
    second = checked()
    assert (second.check_state, register.asked) == (Check.DONE, ["egr", "check"])

    move_clock(timedelta(hours=25))
    checked()
    assert register.asked == ["egr", "check"] * 2


def test_a_bad_answer_is_not_believed_at_all(register: Register):
    checked(inn="7707083893")
    checked(inn="7707083893")

    assert register.asked == ["egr", "egr"]


def test_staff_may_ask_again(register: Register, admin_user):
    application = checked()
    register.liquidate("9901000010")

    verification.ask_again(application_id=application.pk, staff=admin_user)
    application.refresh_from_db()
    assert application.check_state == Check.WAITING
    verification.check_due()

    assert results(application)["active"] == "fail"
    assert register.asked == ["egr", "check"] * 2


def test_what_is_decided_is_not_asked_about(register: Register, admin_user):
    application = an_application(**ROMASHKA, status=Status.APPROVED)

    with pytest.raises(NotPossible):
        verification.ask_again(application_id=application.pk, staff=admin_user)
    assert verification.check_due() == 0
    assert register.asked == []


def test_a_slip_cannot_be_asked_about(admin_user):
    with pytest.raises(NotPossible):
        verification.ask_again(application_id=an_application(inn="9901000011").pk, staff=admin_user)


def test_the_reaction_may_come_twice(register: Register):
    application = checked()
    verification.begin(application_id=application.pk)

    application.refresh_from_db()
    assert application.check_state == Check.DONE
    assert application.events.filter(kind="queued").count() == 1


def test_evidence_is_never_changed(register: Register):
    checked()

    for change in (
        lambda answers: answers.update(body="{}"),
        lambda answers: answers.filter(method="check").delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(RegistryAnswer.objects.all())
