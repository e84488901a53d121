from __future__ import annotations

import pytest
from django.core.management import call_command

from partners.models import City, Keyword
from project.doctor.findings import Level
from project.doctor.registry import lists

pytestmark = pytest.mark.django_db


def test_an_installation_without_words_is_told_the_command_that_brings_them() -> None:
    (finding,) = lists()
    assert finding.level is Level.WARNING
    assert "load_vocabulary" in finding.hint

    call_command("load_vocabulary")

    (finding,) = lists()
    assert finding.level is Level.FINE
    assert finding.detail == f"{Keyword.objects.count()} words, {City.objects.count()} towns"


def test_words_that_are_all_switched_off_understand_nothing_either() -> None:
    call_command("load_vocabulary")
    Keyword.objects.update(is_active=False)
    (finding,) = lists()
    assert finding.level is Level.WARNING
