"""Decisions: what each of them does, what it writes, and what a later one mends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import ProgrammingError, transaction

from integrations.clock import now
from integrations.models import MailMessage, OutboxMessage
from partners.errors import AlreadyDecided, NotPossible, PartnerExists
from partners.models import (
    Decision,
    Partner,
    RegistryAnswer,
)
from partners.services import decisions, desk
from partners.services.decisions import decide
from tests.partners.deciding import decided, reason
from tests.partners.factories import a_document, a_partner, an_application, vocabulary
from tests.support.office import staff_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga():
    vocabulary()
    return staff_member()


def an_answer(inn: str, **card: Any) -> RegistryAnswer:
    return RegistryAnswer.objects.create(
        inn=inn, method="egr", outcome="found", body="{}", sha256="0" * 64, card=card
    )


def test_an_approved_registration_is_a_partner_with_what_the_registry_says(olga):
    application = an_application(
        data={
            "services": "Кровля – 1 000–2 000 ₽ за м²\nРемонт",
            "cities": ["Тестовск"],
            "budget_from": "100000",
            "radius_km": "50",
            "website": "https://romashka.example/",
            "about": "<b>Кроем</b>",
        }
    )
    answer = an_answer(
        application.inn,
        legal_name="ООО «РОМАШКА»",
        kpp="990101001",
        director="Иванов Иван",
        legal_address="г. Тестовск",
        registered_on="2019-05-07",
    )
    document = a_document(application=application)

    decided(application, "approve", olga)

    partner = Partner.objects.get()
    assert application.status == "approved"
    assert application.partner == partner
    assert partner.status == "active"
    assert partner.code.startswith("P-")
    assert (partner.name, partner.legal_name) == (application.company, "ООО «РОМАШКА»")
    assert (partner.kpp, partner.registered_on) == ("990101001", date(2019, 5, 7))
    assert (partner.budget_from, partner.radius_km) == (Decimal(100000), 50)
    assert partner.verified_at == answer.received_at
    assert partner.recheck_at is not None
    assert partner.recheck_at > now()
    assert [term.code for term in partner.specialisations.all()] == ["roofing"]
    assert [city.name for city in partner.cities.all()] == ["Тестовск"]
    assert [(one.title, one.price_to) for one in partner.services.all()] == [
        ("Кровля", Decimal(2000)),
        ("Ремонт", None),
    ]
    document.refresh_from_db()
    assert document.partner == partner
    kinds = list(application.events.values_list("kind", flat=True))
    assert kinds == ["decided"]
    assert LogEntry.objects.filter(user=olga).count() == 2


def test_whom_the_tax_service_never_answered_about_is_asked_at_the_next_round(olga):
    application = an_application(check_state="manual")
    decided(application, "approve", olga)
    partner = Partner.objects.get()
    assert partner.verified_at is None
    assert partner.recheck_at is not None
    assert partner.recheck_at <= now()


def test_the_letter_goes_in_the_applicants_language_and_its_link_is_kept_nowhere(olga, settings):
    settings.PUBLIC_URL = "https://shop.example"
    application = an_application(language="en")
    decided(application, "correct", olga, reason=reason("inn_mismatch"))
    letter = MailMessage.objects.get()
    assert letter.subject == f"[Registry] Application No. {application.pk}: needs a correction"
    assert "register" in letter.text
    assert application.token not in letter.text + letter.html + str(letter.context)
    assert decisions.hidden_words(letter) == {
        "status_url": f"https://shop.example/status/{application.token}/"
    }
    assert (letter.to, letter.case) == (application.email, application.case)
    assert OutboxMessage.objects.filter(topic="letter.written").count() == 1
    assert application.status == "correction"


def test_what_staff_wrote_is_escaped_in_the_letter(olga):
    application = an_application()
    decide(
        application_id=application.pk,
        outcome="reject",
        reason=reason("spam"),
        subject="Нет\nBcc: all@example.test",
        body="<script>x</script>\n\nвторой абзац",
        staff=olga,
    )
    letter = MailMessage.objects.get()
    assert "<script>" not in letter.html
    assert ">второй абзац</p>" in letter.html
    assert "<script>" in letter.text
    assert letter.subject == "Нет Bcc: all@example.test"


def test_nobody_to_write_to_is_no_obstacle(olga):
    application = an_application(email="")
    decided(application, "reject", olga, reason=reason("spam"))
    assert application.status == "rejected"
    assert not MailMessage.objects.exists()


@pytest.mark.parametrize(("code", "days"), [("false_data", 30), ("spam", None), ("duplicate", 0)])
def test_a_rejection_says_when_one_may_come_again(olga, code, days):
    application = an_application()
    decision = decided(application, "reject", olga, reason=reason(code))
    expected = None if days is None else decision.decided_at + timedelta(days=days)
    assert decision.reapply_after == expected


def test_a_person_may_choose_another_day(olga):
    application = an_application()
    day = datetime(2027, 1, 1, tzinfo=UTC)
    assert (
        decided(application, "reject", olga, reason=reason("spam"), reapply_after=day).reapply_after
        == day
    )


def test_who_comes_too_early_is_heard_and_marked(olga):
    first = an_application()
    decision = decided(first, "reject", olga, reason=reason("false_data"))
    early = an_application(inn=first.inn)
    later = an_application(inn=first.inn, created_at=now() + timedelta(days=31))
    assert desk.too_early(early) == decision
    assert desk.too_early(later) is None
    assert desk.too_early(an_application()) is None
    assert early.is_open


def test_a_second_partner_of_one_number_is_not_made_and_not_changed_unasked(olga):
    partner = a_partner(name="Прежняя")
    application = an_application(inn=partner.inn, company="ООО «Новая»")
    with pytest.raises(PartnerExists) as refused:
        decided(application, "approve", olga)
    assert refused.value.partner_id == partner.pk
    application.refresh_from_db()
    partner.refresh_from_db()
    assert (application.status, partner.name) == ("received", "Прежняя")
    assert not Decision.objects.exists()

    decided(application, "approve", olga, over_existing=True)
    partner.refresh_from_db()
    assert partner.name == "ООО «Новая»"
    assert Partner.objects.count() == 1


def test_an_approval_is_corrected_the_partner_hides_and_comes_back(olga):
    application = an_application()
    first = decided(application, "approve", olga)
    second = decided(application, "reject", olga, reason=reason("liquidated"), corrects=first)
    partner = Partner.objects.get()
    assert (application.status, partner.status) == ("rejected", "hidden")
    assert partner.status_reason

    third = decided(application, "approve", olga, corrects=second)
    partner.refresh_from_db()
    assert (application.status, partner.status, partner.status_reason) == ("approved", "active", "")
    assert third.corrects == second
    assert list(application.events.values_list("kind", flat=True)) == [
        "decided",
        "reconsidered",
        "reconsidered",
    ]
    assert MailMessage.objects.count() == 3
    with pytest.raises(AlreadyDecided):
        decided(application, "correct", olga, reason=reason("no_contacts"), corrects=second)


def test_a_rejection_is_corrected_and_the_partner_appears(olga):
    application = an_application()
    first = decided(application, "reject", olga, reason=reason("spam"))
    with pytest.raises(AlreadyDecided):
        decided(application, "approve", olga)
    decided(application, "approve", olga, corrects=first)
    assert Partner.objects.get().is_listed


def test_what_does_not_fit_is_refused(olga):
    application = an_application()
    with pytest.raises(NotPossible):
        decided(application, "reject", olga)
    with pytest.raises(NotPossible):
        decided(application, "reject", olga, reason=reason("inn_mismatch"))
    first = decided(application, "reject", olga, reason=reason("spam"))
    with pytest.raises(NotPossible):
        decided(application, "reject", olga, reason=reason("spam"), corrects=first)


def test_a_decision_is_never_changed_or_removed(olga):
    decision = decided(an_application(), "reject", olga, reason=reason("spam"))
    for spoil in (
        lambda: Decision.objects.update(comment="иначе"),
        lambda: Decision.objects.filter(pk=decision.pk).delete(),
    ):
        with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
            spoil()
