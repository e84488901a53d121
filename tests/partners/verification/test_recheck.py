"""Every partner is asked about once a day; who has ceased is out of sight at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from integrations.clock import now
from integrations.models import MailMessage, OutboxMessage
from partners.models import AskingGate, Partner
from partners.services import verification
from partners.services.verification import recheck
from tests.partners.factories import a_partner, an_application
from tests.partners.verification.register import Register

pytestmark = pytest.mark.django_db
Status = Partner.Status
ROMASHKA = {
    "inn": "9901000010",
    "ogrn": "1199900000013",
    "legal_name": "Общество с ограниченной ответственностью «Ромашка»",
}


def due(**fields: object) -> Partner:
    return a_partner(**{**ROMASHKA, "recheck_at": now() - timedelta(minutes=1), **fields})


def fresh(partner: Partner) -> Partner:
    partner.refresh_from_db()
    return partner


def changes(partner: Partner) -> dict[str, tuple[str, str]]:
    return {one.field: (one.before, one.after) for one in partner.changes.all()}


def later(moment: datetime | None) -> timedelta:
    """From now to that moment."""
    assert moment is not None
    return moment - now()


def test_what_nobody_knew_yet_is_taken_over(register: Register):
    partner = due(ogrn="", kpp="", director="", legal_address="", legal_name="")
    assert verification.recheck_due() == 1
    filled = fresh(partner)
    assert (filled.ogrn, filled.kpp) == ("1199900000013", "990101001")
    assert filled.director == "Петров Пётр Петрович"
    assert filled.legal_address
    assert filled.legal_name
    assert changes(partner) == {}


def test_whose_data_stand_is_verified_anew(register: Register):
    partner = due(verified_at=now() - timedelta(days=3))

    assert verification.recheck_due() == 1

    fresh(partner)
    assert (partner.status, changes(partner)) == (Status.ACTIVE, {})
    assert later(partner.verified_at) > timedelta(minutes=-1)
    assert timedelta(hours=23) < later(partner.recheck_at) < timedelta(hours=25)
    assert register.asked == ["egr"]


def test_liquidated_overnight_is_hidden_and_told(register: Register, move_clock):
    partner = due(recheck_at=now() + timedelta(hours=20), language="en", email="anna@example.test")
    register.liquidate("9901000010")
    assert verification.recheck_due() == 0
    move_clock(timedelta(hours=24))

    assert verification.recheck_due() == 1

    fresh(partner)
    assert partner.status == Status.CLOSED
    assert partner.status_reason == "Ликвидировано, 21.11.2026"
    assert not partner.is_listed
    assert changes(partner) == {"status": ("", "Ликвидировано")}
    letter = MailMessage.objects.get(kind="partner_closed")
    assert (letter.to, letter.language, letter.case) == ("anna@example.test", "en", partner.case)
    assert f"{partner.name} (code {partner.code}) has ceased" in letter.text
    assert "November 21, 2026" in letter.text or "21 November 2026" in letter.text
    topics = OutboxMessage.objects.filter(case=partner.case).values_list("topic", flat=True)
    assert sorted(topics) == ["letter.written", "partner.closed"]


def test_who_is_closed_comes_back_by_staff_only(register: Register):
    partner = due()
    register.liquidate("9901000010")
    verification.recheck_due()
    register.change("9901000010", status="Действующее", closed="")
    Partner.objects.update(recheck_at=now())

    assert verification.recheck_due() == 0
    assert fresh(partner).status == Status.CLOSED


def test_an_unusual_status_is_for_a_person(register: Register):
    partner = due()
    register.change("9901000010", status="В состоянии реорганизации")

    verification.recheck_due()

    assert fresh(partner).status == Status.ACTIVE
    assert changes(partner) == {"status": ("", "В состоянии реорганизации")}
    assert not MailMessage.objects.exists()


def test_each_change_is_written_once(register: Register):
    partner = due()
    register.change("9901000010", director="Сидорова Анна Павловна", address="г. Иной, д. 9")

    for _ in range(2):
        Partner.objects.update(recheck_at=now())
        verification.recheck_due()

    assert changes(partner) == {
        "director": ("Петров Пётр Петрович", "Сидорова Анна Павловна"),
        "legal_address": ("г. Тестовск, ул. Примерная, д. 1", "г. Иной, д. 9"),
    }
    assert partner.changes.count() == 2


def test_what_we_never_knew_has_not_changed(register: Register):
    partner = due(ogrn="", kpp="", director="", legal_address="", legal_name="")

    verification.recheck_due()

    assert changes(partner) == {}


def test_an_inn_that_vanished_is_for_a_person(register: Register):
    partner = due(inn="7707083893", verified_at=None)

    verification.recheck_due()

    assert fresh(partner).status == Status.ACTIVE
    assert partner.verified_at is None
    assert list(changes(partner)) == ["found"]


@pytest.mark.parametrize("trouble", [{"status": 200}, {"status": 502}])
def test_silence_neither_verifies_nor_closes(register: Register, trouble):
    was = now() - timedelta(days=3)
    partner = due(verified_at=was)
    register.answers_badly(operation="egr", **trouble)

    assert verification.recheck_due() == 0

    fresh(partner)
    assert (partner.status, partner.verified_at) == (Status.ACTIVE, was)
    assert timedelta(minutes=55) < later(partner.recheck_at) <= timedelta(hours=1)


def test_the_last_calls_are_left_to_applications(register: Register, settings):
    settings.FNS_CALLS_FOR_APPLICATIONS = 20
    due()
    due(inn="9901000034")
    register.leaves(21)

    assert verification.recheck_due() == 1
    assert AskingGate.objects.filter(name=AskingGate.RECHECK).exists()
    assert verification.recheck_due() == 0
    assert register.asked == ["egr"]


def test_nobody_is_asked_about_while_the_service_is_down(register: Register):
    due()
    register.goes_down()

    assert verification.recheck_due() == 0
    assert AskingGate.objects.filter(name=AskingGate.RECHECK).exists()


def test_whoever_has_no_time_yet_gets_one_within_the_day(register: Register):
    partners = [a_partner(recheck_at=None) for _ in range(5)]

    verification.recheck_due()

    times = [fresh(one).recheck_at for one in partners]
    assert all(timedelta(minutes=-1) < later(at) < timedelta(hours=24) for at in times)
    assert len(set(times)) == 5


@pytest.mark.parametrize("status", [Status.HIDDEN, Status.CLOSED])
def test_whoever_is_not_listed_is_not_asked_about(register: Register, status):
    due(status=status)

    assert verification.recheck_due() == 0
    assert register.asked == []


def test_a_paused_partner_is_asked_about(register: Register):
    due(status=Status.PAUSED)

    assert verification.recheck_due() == 1


def test_a_killed_workers_partner_is_asked_about_again(register: Register):
    partner = due()
    assert recheck._claim() == partner  # and the worker dies with it

    assert verification.recheck_due() == 0
    Partner.objects.update(recheck_at=now())
    assert verification.recheck_due() == 1


def test_staff_may_ask_at_once(register: Register, admin_user):
    partner = due(recheck_at=now() + timedelta(hours=20))
    register.liquidate("9901000010")

    verification.ask_now(partner_id=partner.pk, staff=admin_user)
    verification.recheck_due()

    assert fresh(partner).status == Status.CLOSED


def test_the_partner_and_staff_are_told(register: Register):
    due()
    register.liquidate("9901000010")
    verification.recheck_due()

    reactions = set(OutboxMessage.objects.values_list("reaction", flat=True))
    assert reactions == {
        "integrations.services.post.deliver",
        "bot.notifications.staff_partner_closed",
    }


def test_applications_go_first(register: Register):
    due()
    verification.begin(application_id=an_application(inn="9901000034").pk)

    assert verification.recheck_due() == 0
    assert verification.check_due() == 1
    assert verification.recheck_due() == 1
