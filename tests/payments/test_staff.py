from __future__ import annotations

from integrations.models import InboundCallback, OutboxMessage
from payments.services import staff
from tests import factories


def test_repeating_leaves_alone_what_is_done_refused_or_of_another_case(db):
    payment = factories.a_finished_payment()
    refused = factories.a_call(payment, refused="signature")
    other = factories.a_reaction(factories.a_payment())
    before = OutboxMessage.objects.get(pk=other.pk).not_before

    assert staff.repeat_case(payment) == (1, 0)

    assert InboundCallback.objects.get(pk=refused.pk).status == InboundCallback.Status.REFUSED
    assert OutboxMessage.objects.get(pk=other.pk).not_before == before
