"""House rules by machine. Each failure names the file and the line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

import pytest
from django.utils.module_loading import import_string
from django.utils.translation import override

from payments.provider import PaymentProvider
from payments.registry import known_slugs
from project.reactions import MOVED, REACTIONS, TITLES
from project.settings.queues import OUTBOX_LANES
from tests.architecture import rules
from tests.architecture.source import (
    APPS,
    READ_ONCE,
    ROOT,
    SANDBOX,
    dotted,
    files,
    imported,
    nodes,
    product,
    python_files,
    read,
    tree,
)

pytestmark = READ_ONCE

LONGEST_FILE = 300
TEXTS = (
    ".py",
    ".md",
    ".html",
    ".txt",
    ".toml",
    ".po",
    ".css",
    ".js",
    ".sh",
    ".yml",
    ".yaml",
    ".in",
)
# A place of one machine or a note to oneself has no business in the repository.
FORBIDDEN = re.compile(r"/(?:home|Users)/\w+/|/(?:root|work)/|\bTODO\b|\bFIXME\b")
SPEAKS_OF_THEM = {"tests/architecture/test_house_rules.py"}


def test_no_file_is_longer_than_300_lines():
    long = {
        name: read(name).count("\n") for name in python_files() if not name.startswith("vendor/")
    }
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


def test_no_module_is_a_drawer_for_everything():
    drawers = {"utils.py", "helpers.py", "common.py", "misc.py"}
    assert [name for name in python_files() if name.rpartition("/")[2] in drawers] == []


def test_every_file_postpones_annotations():
    bare = [
        name
        for name in python_files()
        if any(not isinstance(node, ast.Expr) for node in tree(name).body)
        and "from __future__ import annotations" not in read(name)
    ]
    assert bare == []


def test_nothing_speaks_of_a_machine_or_puts_work_off():
    found = [
        f"{name}:{number}: {match[0]}"
        for name in files()
        if name.endswith(TEXTS) and name not in SPEAKS_OF_THEM and not name.startswith("vendor/")
        for number, line in enumerate(read(name).splitlines(), 1)
        if (match := FORBIDDEN.search(line))
    ]
    assert found == []


def broken(rule: rules.Rule, names: Iterable[str]) -> list[str]:
    return [f"{name}:{line}" for name in names for line in rule(tree(name))]


def test_no_error_vanishes():
    assert broken(rules.vanishing_errors, python_files(*APPS)) == []


def test_nothing_is_imported_inside_a_function():
    commands = "/management/commands/"
    assert broken(rules.imports_in_functions, [n for n in product() if commands not in n]) == []


def test_only_transitions_writes_a_payments_status():
    """A new row's status is not a change."""
    alone = "payments/services/transitions.py"
    elsewhere = [name for name in product() if name != alone]
    assert broken(rules.status_writes, elsewhere) == []
    assert broken(rules.status_writes, [alone]) != []


def test_there_is_one_clock():
    elsewhere = [name for name in product() if name != "integrations/clock.py"]
    assert broken(rules.other_clocks, elsewhere) == []


def test_secrets_are_compared_in_constant_time():
    assert broken(rules.naive_comparisons, product()) == []


def test_no_float_near_money():
    assert broken(rules.floats, python_files("payments", "partners")) == []


@pytest.mark.parametrize("topic", REACTIONS)
def test_every_reaction_exists(topic):
    assert all(callable(import_string(path)) for path in REACTIONS[topic])


def test_a_reaction_that_moved_is_known_where_it_went():
    assert set(MOVED.values()) <= set(TITLES)
    assert set(MOVED).isdisjoint(TITLES)


def test_the_apps_whose_reactions_have_helpers_have_reactions():
    assert set(OUTBOX_LANES) <= {path.partition(".")[0] for path in TITLES}


def test_every_reaction_has_a_title_in_both_languages():
    assert set(TITLES) == {path for paths in REACTIONS.values() for path in paths}
    with override("ru"):
        russian = {path: str(title) for path, title in TITLES.items()}
    with override("en"):
        assert [path for path, title in TITLES.items() if str(title) == russian[path]] == []


def test_every_topic_that_is_published_is_in_the_table():
    published = {
        leaf.value
        for name in python_files("payments", "partners", "integrations")
        for call in nodes(name, ast.Call)
        if isinstance(call, ast.Call)
        and dotted(call.func) in ("outbox.publish", "publish", "_announce", "_set_access")
        for argument in [
            *call.args,
            *(keyword.value for keyword in call.keywords if keyword.arg == "topic"),
        ]
        for leaf in ast.walk(argument)
        if isinstance(leaf, ast.Constant)
        and isinstance(leaf.value, str)
        and re.fullmatch(r"[a-z]+\.[a-z_]+", leaf.value)
    }
    assert published <= set(REACTIONS)
    assert set(REACTIONS) <= published


def test_only_the_one_client_speaks_http():
    """The bot's library brings its own; background work uses integrations.http."""
    clients = ("requests", "httpx", "urllib3", "urllib.request", "aiohttp", "http.client")
    allowed = {
        "integrations/http.py",
        "integrations/transport.py",
        "integrations/download.py",  # goes to one address that was looked at, under another name
        "integrations/knocking.py",  # plays a provider before our own door: bytes as they are
        "project/backup/stores.py",  # the errors of minio's client are urllib3's
    }
    found = [
        f"{name}:{line}: {module}"
        for name in product()
        if name not in allowed
        for line, module in imported(name)
        if module.startswith(clients)
    ]
    assert found == []


def test_redis_is_reached_in_one_way():
    found = [name for name in product() if "Redis.from_url" in read(name)]
    assert found == ["integrations/redis_client.py"]


def test_the_sandbox_is_imported_by_its_command_only():
    found = [
        f"{name}:{line}: {module}"
        for name in product()
        if name != "integrations/management/commands/sandbox.py"
        for line, module in imported(name)
        if module.startswith("integrations.sandbox")
    ]
    assert found == []


def test_no_provider_is_named_outside_its_folder():
    """Settings name the default, and simulators are a provider's own."""
    allowed = ("payments/providers/", "project/settings/", SANDBOX)
    found = [
        f"{name}: {slug}"
        for name in python_files(*APPS)
        if not name.startswith(allowed)
        for slug in known_slugs()
        if re.search(rf"\b{slug}\b", read(name), re.I)
    ]
    assert found == []


@pytest.mark.parametrize("slug", known_slugs())
class TestProvider:
    def test_it_is_named_by_its_folder(self, slug):
        provider = import_string(f"payments.providers.{slug}.adapter.Provider")
        assert issubclass(provider, PaymentProvider)
        assert provider.slug == slug

    def test_it_tells_its_oddities(self, slug):
        assert "https://" in read(f"payments/providers/{slug}/README.md")

    def test_it_keeps_the_contract(self, slug):
        folder = f"tests/payments/providers/{slug}/"
        tests = [name for name in files() if name.startswith(folder) and name.endswith(".py")]
        assert any("ProviderContract" in read(name) for name in tests)

    def test_it_has_recorded_calls(self, slug):
        folder = ROOT / "tests" / "payments" / "providers" / slug / "fixtures"
        recorded = [path.name for path in folder.iterdir()]
        assert recorded
        assert all(re.match(r"[a-z_]+__[a-z0-9_]+\.", name) for name in recorded)

    def test_customers_can_read_of_it(self, slug):
        """In its own words, or in those for any provider."""
        words = {
            f"templates/telegram/methods/{slug}.html",
            "templates/telegram/methods/default.html",
        }
        assert words & set(files())


def test_every_advisory_lock_has_a_key_of_its_own():
    """PostgreSQL has one space of them for the whole database: two with one key would wait for each other."""
    keys = [
        (node.value.value, name)
        for name in product()
        if "advisory" in read(name) and "/migrations/" not in name
        for node in tree(name).body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, int)
        and node.value.value > 4_000
    ]
    assert len(keys) > 10
    assert [pair for pair in keys if [key for key, _name in keys].count(pair[0]) > 1] == []
