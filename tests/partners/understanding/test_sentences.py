"""Ninety messages: what is understood of them, measured. Figures are printed by `pytest -s`."""

from __future__ import annotations

import time

import pytest

from integrations.clock import wall_clock
from partners.models import Keyword
from partners.services.understanding import understand
from tests.partners.understanding.marks import FIELDS, Marks, marked, sentences

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lists")]

# Set from what was measured (1.000 and 1.000; 0.98 and 0.98 held out): a fall below is a step back.
LEAST, LEAST_OF_A_FIELD, LEAST_HELD_OUT = 0.98, 0.95, 0.95
MOST_MS = 3.0


def test_sixty_messages_are_understood():
    said = sentences("sentences")
    marks = marked(said)
    print("\n" + marks.table("sixty messages"))
    assert len(said) == 60
    assert min(marks.precision(), marks.recall()) >= LEAST, marks.mistakes
    worst = min(min(marks.precision(name), marks.recall(name)) for name in FIELDS)
    assert worst >= LEAST_OF_A_FIELD, marks.mistakes


def test_every_field_is_asked_for():
    said = sentences("sentences")
    assert set(FIELDS) <= {name for one in said for name in one}
    assert {one.get("side", "none") for one in said} == {"client", "partner", "both", "none"}


def test_thirty_messages_that_nothing_was_tuned_by():
    said = sentences("heldout")
    marks = marked(said)
    print("\n" + marks.table("thirty held out"))
    assert len(said) == 30
    assert min(marks.precision(), marks.recall()) >= LEAST_HELD_OUT, marks.mistakes


def test_without_keywords_the_marks_are_missed():
    """The control: figures that could not fall would prove nothing."""
    Keyword.objects.exclude(meaning="region").update(is_active=False, updated_at=wall_clock())
    marks: Marks = marked(sentences("sentences"))
    assert marks.recall() < LEAST
    assert marks.recall("side", "specialisations") == 0


def test_a_message_takes_less_than_three_milliseconds(settings):
    settings.WORDS_CHECKED_EVERY = 60
    texts = [one["text"] for one in sentences("sentences")]
    for text in texts:
        understand(text)
    started = time.process_time()
    for _ in range(3):
        for text in texts:
            understand(text)
    spent = (time.process_time() - started) * 1000 / (3 * len(texts))
    print(f"\n{spent:.2f} ms of CPU a message")
    assert spent < MOST_MS
