"""Staff close a lead whose client looks no further."""

from __future__ import annotations

import pytest

from integrations.models import OutboxMessage
from partners.models import Lead
from tests.support.office import page, signed_in, staff_member

RIGHTS = ("partners.view_lead", "partners.change_partner")


@pytest.fixture
def lead(db) -> Lead:
    return Lead.objects.create(source=Lead.Source.FLEXBE, status=Lead.Status.OFFERED)


def test_a_lead_is_closed_once_after_a_question(lead):
    client = signed_in(staff_member(*RIGHTS))
    assert "Закрыть обращение" in client.get(page(lead)).content.decode()
    asked = client.get(page(lead, "close")).content.decode()
    assert "уже не смогут его принять" in asked
    lead.refresh_from_db()
    assert lead.status == Lead.Status.OFFERED
    done = client.post(page(lead, "close"), follow=True).content.decode()
    assert "Обращение закрыто." in done
    assert f'href="{page(lead, "close")}"' not in done
    lead.refresh_from_db()
    assert lead.status == Lead.Status.CLOSED
    again = client.post(page(lead, "close"), follow=True).content.decode()
    assert "Оно уже закрыто." in again
    (row,) = OutboxMessage.objects.filter(topic="lead.closed")
    assert row.payload == {"lead_id": lead.pk}


def test_whoever_may_only_look_cannot_close(lead):
    reader = signed_in(staff_member("partners.view_lead"))
    assert "Закрыть обращение" not in reader.get(page(lead)).content.decode()
    assert reader.post(page(lead, "close")).status_code == 403
    lead.refresh_from_db()
    assert lead.status == Lead.Status.OFFERED
