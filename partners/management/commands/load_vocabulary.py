from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from partners.services.lists import load_cities, load_words
from partners.services.vocabulary import load_defaults


class Command(BaseCommand):
    help = (
        "Load the registry's default lists: categories, specialisations, regions, tiers, names of form fields, "
        "reasons of decisions, words of messages, towns. Creates what is missing; edited rows stay."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"rows created: {load_defaults() + load_words() + load_cities()}")
