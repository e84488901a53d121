"""Partners in the back office: found, seen whole, edited with a trace, hidden and brought back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from integrations.clock import now
from partners.models import Partner, RegistryChange
from partners.services import partner_desk
from tests.partners.factories import a_partner
from tests.partners.office_rows import a_busy_partner
from tests.support.office import (
    list_of,
    messages_of,
    page,
    queries_of,
    shown,
    signed_in,
    staff_member,
)


def form_of(client, partner: Partner, **changed: str) -> dict[str, Any]:
    """What the edit page holds, as a browser would send it back."""
    context = client.get(page(partner, "edit")).context
    form = context["adminform"].form
    data: dict[str, Any] = {}
    for field in form:
        value = field.value()
        if isinstance(value, list):
            data[field.html_name] = value
        elif value not in (None, ""):
            data[field.html_name] = str(value)
    for formset in context["inline_admin_formsets"]:
        management = formset.formset.management_form
        data |= {field.html_name: str(field.value()) for field in management}
        for inner in formset.formset.forms:
            data |= {f.html_name: str(f.value()) for f in inner if f.value() not in (None, "")}
    data.pop("logo", None)
    return data | changed


def test_a_partner_is_found_by_what_one_knows_of_him(office):
    wanted = a_partner(name="Лютик", phone="+79005550001", email="Lutik@example.test")
    a_partner()
    for words in (
        wanted.code,
        wanted.code.lower(),
        wanted.inn,
        "лютик",
        "8 900 555 00 01",
        wanted.email.lower(),
    ):
        assert shown(office, Partner, f"q={words}") == {wanted.pk}, words


def test_the_filters_choose(office):
    fresh = a_partner(regions=["77"])
    stale = a_partner(verified_at=now() - timedelta(days=31))
    hidden = a_partner(status="hidden", verified_at=None)
    assert shown(office, Partner, "queue=stale") == {stale.pk}
    assert shown(office, Partner, "status__exact=hidden") == {hidden.pk}
    assert shown(office, Partner, "region=77") == {fresh.pk}
    assert shown(office, Partner, "category=seller") == set()
    assert shown(office, Partner, "tier=start") == {fresh.pk, stale.pk, hidden.pk}
    assert shown(office, Partner, "tier=basic") == set()


def test_old_evidence_is_said_on_the_page(office):
    assert (
        "больше 30 дней"
        in office.get(page(a_partner(verified_at=now() - timedelta(days=31))))
        .context["card"]
        .warning
    )
    assert office.get(page(a_partner())).context["card"].warning == ""


def test_the_list_and_the_page_ask_a_fixed_number_of_queries(office, boss):
    first = a_busy_partner(boss)
    few_in_list, few_on_page = queries_of(office, list_of(Partner)), queries_of(office, page(first))
    for _number in range(10):
        last = a_busy_partner(boss)
    assert queries_of(office, list_of(Partner)) == few_in_list
    assert queries_of(office, page(last)) == few_on_page


def test_data_are_edited_with_a_trace_and_what_is_computed_is_not(office):
    partner = a_partner(rating="4.50", ratings=2)
    response = office.post(
        page(partner, "edit"),
        form_of(office, partner, about="Новый рассказ", email="new@example.test", rating="1"),
        follow=True,
    )
    partner.refresh_from_db()
    assert "сохранены" in messages_of(response)
    assert (partner.about, partner.email) == ("Новый рассказ", "new@example.test")
    assert str(partner.rating) == "4.50"
    assert partner.session_epoch == 1
    said = LogEntry.objects.get().get_change_message()
    assert "О компании" in said
    assert "Название" not in said


def test_services_are_rows_of_the_same_page(office):
    partner = a_partner()
    service = partner.services.create(title="Кровля", price_from=1000)
    office.post(page(partner, "edit"), form_of(office, partner, **{"services-0-price_to": "2000"}))
    service.refresh_from_db()
    assert service.price_to == 2000


def test_who_may_not_edit_sees_no_form():
    partner = a_partner()
    reader = signed_in(staff_member("partners.view_partner"))
    assert reader.get(page(partner)).status_code == 200
    assert reader.post(page(partner), {"name": "X"}).status_code == 403
    for name in ("edit", "hide", "show"):
        assert reader.post(page(partner, name), {"name": "X"}).status_code == 403


def test_money_is_for_those_who_see_money(office):
    partner = a_partner()

    def tables(client) -> set[str]:
        return {table.title for table in client.get(page(partner)).context["card"].tables}

    reader = signed_in(staff_member("partners.view_partner"))
    assert tables(office) - tables(reader) == {"Платежи партнёра"}


def test_hidden_with_a_reason_and_brought_back(office):
    partner = a_partner()
    assert office.post(page(partner, "hide"), {"reason": ""}).context["form"].errors
    office.post(page(partner, "hide"), {"reason": "жалоба клиента"})
    partner.refresh_from_db()
    assert (partner.status, partner.status_reason) == ("hidden", "жалоба клиента")
    assert "уже скрыт" in messages_of(
        office.post(page(partner, "hide"), {"reason": "ещё раз то же"}, follow=True)
    )
    office.post(page(partner, "show"), {"reason": "разобрались"})
    partner.refresh_from_db()
    assert (partner.status, partner.status_reason) == ("active", "")
    assert LogEntry.objects.count() == 2


def test_a_change_of_the_registry_is_seen_once(office, boss):
    a_busy_partner(boss)
    change = RegistryChange.objects.get()
    assert shown(office, RegistryChange) == {change.pk}
    office.post(page(change, "seen"))
    assert shown(office, RegistryChange) == set()
    assert shown(office, RegistryChange, "seen=yes") == {change.pk}
    assert not partner_desk.see_change(change_id=change.pk, staff=boss)
    assert LogEntry.objects.count() == 1


@pytest.fixture(autouse=True)
def _lists(boss) -> None:
    """Every test here has the lists and the owner."""
