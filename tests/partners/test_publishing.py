"""What an approval needs and changes: categories, updates, documents."""

from __future__ import annotations

import pytest

from partners.errors import NotPossible, PartnerExists
from partners.models import Category, Partner
from tests.partners.deciding import decided
from tests.partners.factories import a_document, a_partner, an_application, vocabulary
from tests.support.office import staff_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga():
    vocabulary()
    return staff_member()


def test_a_category_is_needed_and_may_be_chosen(olga):
    application = an_application(data={"category": ""})
    with pytest.raises(NotPossible):
        decided(application, "approve", olga)
    decided(application, "approve", olga, category=Category.objects.get(code="seller"))
    assert Partner.objects.get().category.code == "seller"


def test_an_update_changes_what_it_names_and_nothing_else(olga):
    partner = a_partner(website="https://old.example/", about="Старое")
    partner.services.create(title="Кровля", price_from=1)
    application = an_application(
        form="profile_update",
        inn=partner.inn,
        partner=partner,
    )
    application.data = {"phone": "+79005550000", "about": "Старое", "regions": ["77"]}
    application.save()

    decided(application, "approve", olga)

    partner.refresh_from_db()
    assert partner.phone == "+79005550000"
    assert (partner.website, partner.about) == ("https://old.example/", "Старое")
    assert [one.code for one in partner.regions.all()] == ["77"]
    assert partner.services.count() == 1
    note = application.events.get().note
    assert "phone" in note
    assert "about" not in note


def test_a_new_mailbox_signs_the_old_one_out(olga):
    partner = a_partner()
    application = an_application(form="profile_update", partner=partner, inn=partner.inn)
    application.data = {"email": "new@example.test"}
    application.save()
    decided(application, "approve", olga)
    partner.refresh_from_db()
    assert (partner.email, partner.session_epoch) == ("new@example.test", 1)
    assert partner.account is not None
    assert partner.account.email == "new@example.test"
    assert partner.inn in partner.search


def test_an_update_never_takes_another_partners_number(olga):
    partner, other = a_partner(), a_partner()
    application = an_application(form="profile_update", partner=partner, inn=other.inn)
    with pytest.raises(PartnerExists):
        decided(application, "approve", olga)


def test_documents_are_attached_and_an_unknown_partner_is_said_so(olga):
    partner = a_partner()
    application = an_application(
        form="document_upload", data={"partner_code": partner.code.lower()}
    )
    document = a_document(application=application)
    decided(application, "approve", olga)
    document.refresh_from_db()
    assert document.partner == partner

    lost = an_application(form="document_upload")
    with pytest.raises(NotPossible):
        decided(lost, "approve", olga)
