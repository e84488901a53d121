"""Who else has the same numbers and addresses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from partners.models import Application, RiskSignal
from partners.services import verification
from tests.partners.factories import a_partner, an_application, inn, vocabulary
from tests.partners.verification.register import Register

pytestmark = pytest.mark.django_db
Kind = RiskSignal.Kind


def begun(**fields: object) -> Application:
    application = an_application(**fields)
    verification.begin(application_id=application.pk)
    return application


def signals(application: Application) -> set[tuple[str, object]]:
    return {(one.kind, one.partner or one.other) for one in application.risks.all()}


def test_a_partner_with_the_same_things_is_named():
    partner = a_partner(email="Anna@example.test", legal_address="г. Иной, д. 5")

    application = begun(
        inn=partner.inn,
        phone=partner.phone,
        email="anna@example.test",
        data={"legal_address": "Г. ИНОЙ, Д. 5"},
    )

    assert signals(application) == {
        (Kind.SAME_INN, partner),
        (Kind.SAME_PHONE, partner),
        (Kind.SAME_EMAIL, partner),
        (Kind.SAME_ADDRESS, partner),
    }


def test_its_own_partner_is_no_risk():
    partner = a_partner()

    application = begun(
        form=Application.Form.UPDATE, partner=partner, inn=partner.inn, phone=partner.phone
    )

    assert signals(application) == set()


def test_another_application_is_told_of_too():
    first = begun(phone="+79010000001")
    second = begun(phone="+79010000001")

    assert signals(second) == {(Kind.SAME_PHONE, first)}
    assert signals(first) == {(Kind.SAME_PHONE, second)}


def test_a_rejected_one_is_remembered_and_a_correction_is_no_risk():
    rejected = begun()
    Application.objects.update(status=Application.Status.REJECTED)
    corrected = begun(inn=rejected.inn, phone=rejected.phone, previous=rejected)

    assert signals(corrected) == {(Kind.REJECTED_BEFORE, rejected)}

    replaced = begun(inn=inn(777))
    Application.objects.filter(pk=replaced.pk).update(status=Application.Status.REPLACED)
    again = begun(inn=replaced.inn, previous=replaced)
    assert signals(again) == set()


def test_the_registers_address_counts(register: Register):
    partner = a_partner(inn=inn(9), legal_address="Г. ТЕСТОВСК, УЛ. ПРИМЕРНАЯ, Д. 1")

    application = begun(inn="9901000010")
    verification.check_due()

    assert (Kind.SAME_ADDRESS, partner) in signals(application)


def test_signals_are_written_once():
    partner = a_partner()
    application = begun(inn=partner.inn)
    Application.objects.update(queued_at=None)
    verification.begin(application_id=application.pk)

    assert application.risks.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_instant_learn_of_each_other():
    vocabulary()
    pair = [an_application(phone="+79010000002") for _ in range(2)]

    def begin(application: Application) -> None:
        verification.begin(application_id=application.pk)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(begin, pair))

    assert [signals(one) for one in pair] == [
        {(Kind.SAME_PHONE, pair[1])},
        {(Kind.SAME_PHONE, pair[0])},
    ]
