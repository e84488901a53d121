"""Several workers at the same conversation, and many people at the same partners."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.db.models import QuerySet

from integrations.models import OutboxMessage
from integrations.services import outbox
from partners.models import (
    Channel,
    Conversation,
    Keyword,
    Lead,
    LeadOffer,
    QuotaMonth,
    Region,
    Specialisation,
)
from partners.services import dialogue
from partners.services.dialogue import answering
from partners.services.dialogue.turn import turn_of
from tests.partners.dialogue.person import LEFT, Person
from tests.partners.factories import a_partner, vocabulary
from tests.support.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS = Channel.PROTALK_CLIENT
PEOPLE, WORKERS, PARTNERS, LIMIT = 60, 8, 12, 10


@pytest.mark.parametrize("guarded", [True, False])
def test_two_messages_at_once_are_answered_together(window, monkeypatch, guarded):
    """The control: without the conversation's lock both workers answer both."""
    vocabulary()
    anna = Person(window, CLIENTS)
    messages = anna.writes("Здравствуйте"), anna.writes("нужна помощь")
    if not guarded:
        meet = Barrier(2)

        def together(*args):
            meet.wait(20)
            return turn_of(*args)

        monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_how: rows)
        monkeypatch.setattr(answering, "turn_of", together)
        monkeypatch.setattr(QuerySet, "update", lambda *_args, **_values: 2)
    at_once(*(lambda pk=one.pk: dialogue.answer(message_id=pk) for one in messages), late=())
    answers = anna.conversation.messages.exclude(author="person")
    assert answers.count() == (1 if guarded else 2)


def test_sixty_people_at_once_get_what_there_is_and_nobody_is_lost(window, capsys):
    """The whole way, from the words to the cards, by several workers of the outbox."""
    vocabulary()
    roofing, region = Specialisation.objects.get(code="roofing"), Region.objects.get(code="16")
    Keyword.objects.create(meaning="spec", phrase="крыша", specialisation=roofing)
    Keyword.objects.create(meaning="region", phrase="татарстан", region=region)
    for _ in range(PARTNERS):
        a_partner(regions=["16"])
    people = [Person(window, CLIENTS, phone=f"+7900000{number:04}") for number in range(PEOPLE)]
    for text in ("Нужна крыша, Татарстан", "да"):
        for person in people:
            person.writes(text)
        work()
    leads, offers = Lead.objects.all(), LeadOffer.objects.all()
    assert leads.count() == PEOPLE
    assert set(leads.values_list("status", flat=True)) == {"offered", "nobody"}
    used = dict(QuotaMonth.objects.values_list("partner_id", "used"))
    assert set(used.values()) == {LIMIT}
    assert len(used) == PARTNERS
    assert offers.count() == PARTNERS * LIMIT
    stages = list(Conversation.objects.values_list("stage", flat=True))
    assert stages.count("offered") == leads.filter(status="offered").count()
    assert stages.count("nobody") == leads.filter(status="nobody").count()
    told = [message for message in window.sent if message.data.get("lead")]
    assert len(told) == PEOPLE
    with capsys.disabled():
        print(
            f"\n{PEOPLE} people by {WORKERS} workers: {offers.count()} offers to {len(used)} partners,"
            f" {stages.count('offered')} got cards, {stages.count('nobody')} were told that nobody fits"
        )


def work() -> None:
    """Workers of the outbox until nothing is left that concerns people."""
    due = OutboxMessage.objects.filter(delivered_at=None)
    for beginning in LEFT:
        due.filter(reaction__startswith=beginning).delete()
    while due.exists():
        with ThreadPoolExecutor(WORKERS) as workers:
            for _ in range(WORKERS):
                workers.submit(drain)
        for beginning in LEFT:
            due.filter(reaction__startswith=beginning).delete()
        OutboxMessage.objects.filter(delivered_at=None).update(not_before="2020-01-01T00:00Z")


def drain() -> None:
    try:
        while message := outbox.claim_next():
            if message.reaction.startswith(LEFT):
                message.delete()
                continue
            try:
                outbox.deliver(message)
            except Exception as error:
                outbox.postpone(message, error)
    finally:
        connections.close_all()
