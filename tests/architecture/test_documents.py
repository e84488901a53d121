"""What the documents say exists: variables, commands, files."""

from __future__ import annotations

import re
from math import prod

import pytest
from django.core.management import get_commands

from devtools.commands import COMMANDS
from tests.architecture.source import READ_ONCE, ROOT, files, read
from tests.architecture.test_environment import explained
from tests.payments.providers.contract import ProviderContract

pytestmark = READ_ONCE

READMES = ("README.md", "README.ru.md")
DOCUMENTS = [name for name in files() if name.endswith(".md") and not name.startswith("vendor/")]
GUIDE = "docs/adding-a-provider.md"
OURS = ("project", "bot", "partners", "payments", "integrations")


@pytest.mark.parametrize("name", READMES)
def test_every_variable_stands_in_the_readme(name):
    assert set(explained()) - set(re.findall(r"`([A-Z][A-Z0-9_]+)`", read(name))) == set()


@pytest.mark.parametrize("name", READMES)
def test_every_command_of_ours_stands_in_the_readme(name):
    ours = {command for command, app in get_commands().items() if app in OURS}
    assert ours - set(re.findall(r"`([a-z_]+)", read(name))) == set()


def test_the_readmes_are_twins():
    english, russian = (re.findall(r"^(?:## |\| )", read(name), re.MULTILINE) for name in READMES)
    assert english == russian


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_to_a_file(name):
    folder = (ROOT / name).parent
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", read(name))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (folder / link).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_named_exists(name):
    text = read(name)
    asked = set(re.findall(r"\./dev ([a-z]+)", text))
    managed = set(re.findall(r"(?:manage\.py|\./dev manage) ([a-z_]+)", text))
    assert asked - {*COMMANDS, "help"} == set()
    assert managed - set(get_commands()) == set()


def test_the_guide_counts_the_contract_truly():
    tests = [
        getattr(ProviderContract, name)
        for name in dir(ProviderContract)
        if name.startswith("test_")
    ]
    marks = [getattr(test, "pytestmark", []) for test in tests]
    cases = [
        prod(len(list(mark.args[1])) for mark in of_one if mark.name == "parametrize")
        for of_one in marks
    ]
    assert f"{sum(cases)} of the contract" in read(GUIDE)
