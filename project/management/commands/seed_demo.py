from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandParser

from partners.services.demo import load_demo
from partners.services.lists import load_cities, load_words
from partners.services.vocabulary import load_defaults
from payments.services.catalogue import load_default_plans, load_demo_prices
from project.roles import ensure_roles

STAFF_NAME = "admin"


class Command(BaseCommand):
    help = (
        "Load the default plans, roles and lists that are missing. In the sandbox also create a staff user, whose "
        "password is printed once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--companies",
            action="store_true",
            help="in the sandbox also invented partners and applications to decide",
        )

    def handle(self, *args: Any, companies: bool = False, **options: Any) -> None:
        if plans := load_default_plans():
            self.stdout.write(f"plans loaded: {plans}")
        if roles := ensure_roles():
            self.stdout.write(f"roles created: {', '.join(roles)}")
        if rows := load_defaults() + load_words() + load_cities():
            self.stdout.write(f"lists of the registry loaded: {rows} rows")
        if not settings.SANDBOX:
            self.stdout.write("staff user: none is invented here, createsuperuser makes yours")
            return
        if prices := load_demo_prices():
            self.stdout.write(f"prices in stars loaded: {prices}")
        self._staff()
        if companies:
            boss = get_user_model().objects.get(username=STAFF_NAME)
            self.stdout.write(f"invented companies: {load_demo(boss)}")

    def _staff(self) -> None:
        users = get_user_model().objects
        if users.filter(username=STAFF_NAME).exists():
            self.stdout.write(f"staff user: {STAFF_NAME} (password as printed the first time)")
            return
        password = secrets.token_urlsafe(9)
        users.create_superuser(username=STAFF_NAME, password=password)
        self.stdout.write(f"staff user: {STAFF_NAME}  password: {password}  (printed once)")
