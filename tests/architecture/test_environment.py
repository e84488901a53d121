"""Every variable that is read is explained in .env.example, and nothing else is."""

from __future__ import annotations

import ast
import re

import pytest
from django.conf import settings

from devtools import configuration
from integrations.checks import NAMES
from payments.registry import known_slugs
from project.settings import base
from tests.architecture.source import APPS, READ_ONCE, dotted, nodes, product, python_files, read

pytestmark = READ_ONCE

READERS = {"env.text", "env.flag", "env.number", "env.words"}
NAME = re.compile(r"[A-Z][A-Z0-9_]{2,}")
BY_DJANGO = {"DJANGO_SETTINGS_MODULE"}


def named(node: ast.AST) -> set[str]:
    """Variable names among the strings of an expression."""
    return {
        leaf.value
        for leaf in ast.walk(node)
        if isinstance(leaf, ast.Constant)
        and isinstance(leaf.value, str)
        and NAME.fullmatch(leaf.value)
    }


def is_credentials(node: ast.AST) -> bool:
    return dotted(node).rpartition(".")[2].lower().strip("_") == "credentials"


def read_by(name: str) -> set[str]:
    found: set[str] = set()
    for node in nodes(name, ast.Call, ast.Subscript, ast.AnnAssign, ast.For):
        if isinstance(node, ast.Call) and dotted(node.func) in READERS:
            found |= named(node.args[0])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "get" and is_credentials(node.func.value):
                found |= named(node.args[0])
        elif isinstance(node, ast.Subscript) and is_credentials(node.value):
            found |= named(node.slice)
        elif isinstance(node, ast.AnnAssign) and dotted(node.target).endswith("_env"):
            found |= named(node.value) if node.value else set()
        elif isinstance(node, ast.For) and any(
            isinstance(inner, ast.Call) and dotted(inner.func) in READERS
            for inner in ast.walk(node)
        ):
            found |= named(node.iter)  # for name in ("A", "B"): env.flag(name)
    return found


def variables() -> dict[str, str]:
    """Each variable that is read, and a file that reads it."""
    return {variable: name for name in product() for variable in read_by(name)}


def explained() -> list[str]:
    return re.findall(r"^#?([A-Z][A-Z0-9_]+)=", read(".env.example"), flags=re.MULTILINE)


def test_every_variable_is_explained():
    unexplained = {
        variable: name for variable, name in variables().items() if variable not in explained()
    }
    assert unexplained == {}


def test_everything_explained_is_read():
    assert set(explained()) - set(variables()) - BY_DJANGO == set()


def test_nothing_is_explained_twice():
    assert sorted(explained()) == sorted(set(explained()))


def test_every_variable_has_a_comment_above_it():
    """One comment may stand above a group of neighbours."""
    section, bare = "", []
    for line in read(".env.example").splitlines():
        if re.match(r"#?[A-Z][A-Z0-9_]+=", line):
            bare += [] if section else [line]
        else:
            section = line
    assert bare == []


def test_the_page_of_the_configuration_says_what_the_code_reads():
    """`./dev configuration` writes it."""
    page = read("docs/configuration.md")
    assert page == configuration.written()
    assert re.findall(r"^\| `([A-Z0-9_]+)`", page, re.MULTILINE) == explained()


def test_a_secret_has_no_value():
    values = dict(re.findall(r"^#?([A-Z][A-Z0-9_]+)=(.*)$", read(".env.example"), re.MULTILINE))
    secret = re.compile(r"SECRET|TOKEN|PASSWORD|KEY|DSN")
    assert {name for name, value in values.items() if secret.search(name) and value} == set()


@pytest.mark.parametrize("slug", known_slugs())
def test_a_providers_variables_are_explained(slug):
    adapter = __import__(f"payments.providers.{slug}.adapter", fromlist=["Provider"])
    declared = {*adapter.Provider.required_env, *adapter.Provider.optional_env}
    assert declared <= set(explained())


def test_the_checks_know_every_credential_of_the_integrations():
    """White space inside one of them is then found at start-up."""
    read_there = {
        variable
        for name in product()
        if name.startswith(("integrations/", "bot/"))
        for variable in read_by(name)
    }
    assert read_there - set(NAMES) - {"BOT_WEBHOOK_LISTEN"} == set()


def test_only_env_reads_the_environment():
    """manage.py, wsgi.py and celery.py name the settings module; everything else asks project.env."""
    readers = {
        name
        for name in python_files(*APPS)
        if any(dotted(node) in ("os.environ", "os.getenv") for node in nodes(name, ast.Attribute))
    }
    assert readers <= {"project/asgi.py", "project/wsgi.py", "project/celery.py"}


def test_the_defaults_shown_are_those_of_the_code():
    shown = dict(re.findall(r"^#([A-Z][A-Z0-9_]+)=(.+)$", read(".env.example"), re.MULTILINE))
    for name in (
        "REFERRAL_DAYS",
        "TRIAL_DAYS",
        "BONUS_CHANNEL_DAYS",
        "PAY_PAGE_DAYS",
        "INVOICE_SECONDS",
        "CHECK_COOLDOWN_SECONDS",
        "OUTBOX_LEASE_SECONDS",
        "OUTBOX_THREADS",
        "MAIL_A_DAY",
        "MAIL_A_MINUTE",
        "MAIL_BULK_A_DAY",
    ):
        assert str(getattr(base, name)) == shown[name]
    assert shown["PAYMENT_PROVIDERS"].split(",") == base.PAYMENT_PROVIDERS
    assert shown["TIME_ZONE"] == settings.TIME_ZONE
