"""`./dev check`: every step by name and time, all of them even when one fails, the tests last.

Last, so that a reader of the log (a person or a CI) finds pytest's own summary at its end.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from signal import SIGTERM
from typing import TYPE_CHECKING

from devtools import console, places
from devtools.process import tie_to_us

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TESTS = "tests"
APPS = ("project", "bot", "partners", "payments", "integrations")
EXAMPLE = places.ROOT / ".env.example"
LINT_IMPORTS = "import importlinter.cli; importlinter.cli.lint_imports_command()"


@dataclass(frozen=True)
class Step:
    """A command for the Python of `.venv`; `production` runs it with an invented installation's
    environment instead of the tests'."""

    name: str
    command: tuple[str, ...]
    production: bool = False


@dataclass(frozen=True)
class Result:
    step: Step
    passed: bool
    seconds: float
    output: str = field(repr=False)


STEPS = (
    Step("ruff", ("-m", "ruff", "check", ".", "dev")),
    Step("format", ("-m", "ruff", "format", "--check", ".", "dev")),
    Step("mypy", ("-m", "mypy", ".", "dev")),
    Step("imports", ("-c", LINT_IMPORTS)),
    Step("migrations", ("manage.py", "makemigrations", "--check", "--dry-run")),
    # A migration must not break the release that still runs while it is applied.
    Step("lintmigrations", ("manage.py", "lintmigrations", "--no-cache", "--include-apps", *APPS)),
    Step("deploy", ("manage.py", "check", "--deploy", "--fail-level", "WARNING"), production=True),
    Step("templates", ("-m", "djlint", "templates", "--lint", "--quiet")),
    Step(
        "schema", ("manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull)
    ),
    Step("messages", ("-m", "devtools.catalogues", "--check")),
)
NAMES = (*(step.name for step in STEPS), TESTS)


def run(steps: Sequence[Step], env: Mapping[str, str]) -> list[Result]:
    """Two at a time, in the order given; what a failed one said is shown."""
    console.say(f"checking {', '.join(step.name for step in steps)}")
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(_run_step, step, env) for step in steps]
        return [_show(future.result()) for future in futures]


def _run_step(step: Step, env: Mapping[str, str]) -> Result:
    started = time.monotonic()
    done = subprocess.run(
        [*tie_to_us(SIGTERM), str(places.PYTHON), *step.command],
        env=_production(env) if step.production else dict(env),
        cwd=places.ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Result(step, done.returncode == 0, time.monotonic() - started, done.stdout)


def _show(result: Result) -> Result:
    if not result.passed:
        console.write(result.output.rstrip())
    good, bad = console.paint("ok", console.GREEN), console.paint("FAILED", console.RED)
    verdict = good if result.passed else bad
    console.say(f"{result.step.name:<15} {result.seconds:5.1f} s  {verdict}")
    return result


def _production(env: Mapping[str, str]) -> dict[str, str]:
    """What an owner who filled in `.env.example` would have, and nothing of this machine's."""
    kept = ("PATH", "HOME", "LANG")
    return {
        **invented(EXAMPLE.read_text(encoding="utf-8")),
        **{name: os.environ[name] for name in kept if name in os.environ},
        **{name: env[name] for name in ("DATABASE_URL", "REDIS_URL")},
        "DJANGO_SETTINGS_MODULE": "project.settings.production",
    }


def invented(example: str) -> dict[str, str]:
    """Every variable of the example, those left blank with a value nobody could guess."""
    pairs = (line.partition("=") for line in example.splitlines() if "=" in line)
    return {
        name: value.partition(" #")[0].strip() or _made_up(name)
        for name, _, value in pairs
        if name.isidentifier()
    }


def _made_up(name: str) -> str:
    """Of the shape such a variable has: an address to write from, a bot's token, a secret that fits into an address."""
    if name == "EMAIL_FROM":
        return "Shop <shop@example.com>"
    secret = secrets.token_urlsafe(50)
    return f"{secrets.randbelow(10**9)}:{secret}" if name.endswith("BOT_TOKEN") else secret
