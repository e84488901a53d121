"""The commands of `dev`, each a function that returns the exit code."""

from __future__ import annotations

import os
import secrets
import sys
from typing import TYPE_CHECKING

from devtools import (
    checks,
    configuration,
    console,
    environment,
    foreground,
    places,
    plan,
    ports,
    requirements,
    services,
    signals,
)
from devtools.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable

HELP = """\
./dev run              the whole product: web, worker, beat, bot, and a sandbox of the outside world
./dev test [ARGS]      the tests, on servers of their own; ARGS go to pytest
./dev check [STEP …]   what CI runs: linters, types, imports, migrations, translations, tests
./dev bench [ARGS]     the load bench, on a PostgreSQL that really writes to the disk
./dev prove SUBJECT    what takes too long for the suite: install, guide, move, image, upgrade
./dev manage ARGS      manage.py with the database of `./dev run`
./dev messages         bring locale/ up to date with the sources, and compile it
./dev alerts           write deploy/prometheus/alerts.yml and docs/watching.md anew, of project/alerts/rules.py
./dev configuration    write docs/configuration.md anew, of .env.example and the code that reads it
./dev requirements L   the pinned packages of one layer: base, production, local or test
./dev lock [ARGS]      resolve requirements/*.in anew into lock.txt; ARGS go to uv: --upgrade

DATABASE_URL and REDIS_URL name servers to use instead of the embedded ones; PORT, SANDBOX_PORT, SANDBOX_MAIL_PORT and
SANDBOX_IMAP_PORT are the ports.
"""
RUN = "run"
ENV_FILE = places.STATE / "env"
VERSIONS = """
import os, psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"].rpartition("/")[0] + "/postgres") as connection:
    print("PostgreSQL", connection.info.parameter_status("server_version"), end=", ")
about = redis.Redis.from_url(os.environ["REDIS_URL"]).info("server")
version = about.get("valkey_version") or about["redis_version"]
print(about.get("server_name", "redis").capitalize(), version)
"""


def main(arguments: list[str]) -> int:
    signals.unwind_on_stop()
    name, *rest = arguments or ["help"]
    command = COMMANDS.get(name)
    if command is None:
        sys.stdout.write(HELP)
        return 0 if name in ("help", "-h", "--help") else 2
    try:
        return command(rest)
    except console.Stopped as stopped:
        console.complain(str(stopped))
        return 1
    except KeyboardInterrupt:
        return 130


def run(arguments: list[str]) -> int:
    if arguments:
        sys.stdout.write(HELP)
        return 2
    environment.ensure("local")
    try:
        with places.locked(places.STATE / "run.lock", wait=False):
            return _run()
    except places.Busy:
        raise console.Stopped("It is running already in this folder.") from None


def _run() -> int:
    addresses = plan.Addresses(
        _port("PORT", 8000),
        _port("SANDBOX_PORT", 8090),
        _port("SANDBOX_MAIL_PORT", 8025),
        _port("SANDBOX_IMAP_PORT", 8143),
    )
    with services.running(RUN, durable=True) as servers:
        env = _local_environment(servers, addresses)
        supervisor = Supervisor(env, servers.children)
        try:
            supervisor.start([plan.sandbox(addresses)])  # while the database is made ready
            for command in (["migrate", "--verbosity=0"], ["seed_demo", "--companies"]):
                if foreground.python("manage.py", *command, env=env):
                    raise console.Stopped(f"manage.py {command[0]} failed; it says why above.")
            supervisor.wait()  # the bot calls the sandbox as soon as it starts
            supervisor.start(plan.product(addresses, places.STATE / RUN))
            supervisor.wait()
            _say_where_to_click(addresses)
            supervisor.watch()
        except KeyboardInterrupt:
            console.say("stopping")
        finally:
            signals.ignore_stop()
            supervisor.stop()
            ENV_FILE.unlink(missing_ok=True)
    console.say("stopped")
    return 0


def test(arguments: list[str]) -> int:
    environment.ensure("test")
    with services.throw_away("test", durable=False) as servers:
        env = _environment(servers, "project.settings.test")
        return _run_tests(arguments, env)


def bench(arguments: list[str]) -> int:
    environment.ensure("test")
    with services.throw_away("bench", durable=True) as servers:
        env = _environment(servers, "project.settings.test")
        console.say(f"the bench runs on {_versions(env)}, writing to the disk")
        return foreground.python("-m", "tests.bench", *arguments, env=env)


def prove(arguments: list[str]) -> int:
    environment.ensure("test")
    with services.throw_away("prove", durable=True) as servers:
        env = _environment(servers, "project.settings.test")
        return foreground.python("-m", "tests.prove", *arguments, env=env)


def check(arguments: list[str]) -> int:
    """The steps named, or all. With the tests among them, the result of the others comes first."""
    unknown = set(arguments) - set(checks.NAMES)
    if unknown:
        raise console.Stopped(
            f"No such step: {', '.join(unknown)}. There are: {', '.join(checks.NAMES)}."
        )
    environment.ensure("test")
    wanted = arguments or checks.NAMES
    steps = [step for step in checks.STEPS if step.name in wanted]
    failed = []
    with services.throw_away("test", durable=False) as servers:
        env = _environment(servers, "project.settings.test")
        if steps:
            results = checks.run(steps, env)
            failed = [result.step.name for result in results if not result.passed]
            console.say(f"{len(results)} steps, failed: {', '.join(failed) or 'none'}")
        if checks.TESTS in wanted and _run_tests([], env):
            failed.append(checks.TESTS)
    return 1 if failed else 0


def _run_tests(arguments: list[str], env: dict[str, str]) -> int:
    console.say(f"the tests run on {_versions(env)}")
    return foreground.python("-m", "pytest", *_parallel(arguments), *arguments, env=env)


def messages(arguments: list[str]) -> int:
    environment.ensure("test")
    return foreground.python("-m", "devtools.catalogues", *arguments, env=dict(os.environ))


def write_alerts(arguments: list[str]) -> int:
    environment.ensure("test")
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "project.settings.test"}
    return foreground.python("-m", "project.alerts.writing", env=env)


def write_configuration(arguments: list[str]) -> int:
    configuration.PAGE.write_text(configuration.written(), encoding="utf-8")
    console.say(f"written: {configuration.PAGE.relative_to(places.ROOT)}")
    return 0


def lock(arguments: list[str]) -> int:
    """The versions in the lock stay as they are unless the arguments say otherwise."""
    environment.ensure("test")
    uv = ("-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11")
    notes = ("--generate-hashes", "--annotation-style=line", "--custom-compile-command=./dev lock")
    files = (str(places.REQUIREMENTS / "test.in"), "--output-file", str(places.LOCK))
    env = {**os.environ, "UV_SYSTEM_CERTS": "1"}
    return foreground.python(*uv, *notes, *files, *arguments, env=env)


def manage(arguments: list[str]) -> int:
    environment.ensure("local")
    if not ENV_FILE.exists():
        raise console.Stopped("Start ./dev run first: manage.py works with its servers.")
    pairs = (line.split("=", 1) for line in ENV_FILE.read_text(encoding="utf-8").splitlines())
    return foreground.python("manage.py", *arguments, env={**os.environ, **dict(pairs)})


def print_requirements(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in requirements.LAYERS:
        sys.stdout.write(HELP)
        return 2
    sys.stdout.write(requirements.for_layer(arguments[0]))
    return 0


def _port(variable: str, preferred: int) -> int:
    """The port asked for, else the preferred one, else the next free, which is said."""
    if asked := os.environ.get(variable):
        return int(asked)
    port = ports.choose(preferred)
    if port != preferred:
        console.say(f"port {preferred} is taken, using {port}")
    return port


def _environment(servers: services.Services, settings: str) -> dict[str, str]:
    return {
        **os.environ,
        **servers.environment,
        "DJANGO_SETTINGS_MODULE": settings,
        "PYTHONUNBUFFERED": "1",
    }


def _local_environment(servers: services.Services, addresses: plan.Addresses) -> dict[str, str]:
    """What every process of `./dev run` gets; also written down for `./dev manage`."""
    ours = {
        **servers.environment,
        **addresses.environment,
        "DJANGO_SETTINGS_MODULE": "project.settings.local",
        "DEV_STATE": str(places.STATE / RUN),
        "SECRET_KEY": _secret_key(),
        # On a developer's own machine root is no risk worth ten lines at every start.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
    }
    ENV_FILE.touch(mode=0o600)
    lines = (f"{key}={value}\n" for key, value in ours.items())
    ENV_FILE.write_text("".join(lines), encoding="utf-8")
    return {**os.environ, **ours, "PYTHONUNBUFFERED": "1"}


def _secret_key() -> str:
    """Made once, so that sessions survive a restart."""
    file = places.STATE / "secret-key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50), encoding="utf-8")
    return file.read_text(encoding="utf-8")


def _parallel(arguments: list[str]) -> list[str]:
    """Three at a time unless the arguments say otherwise: on two cores, since a third of the tests wait for processes.

    A debugger needs the terminal.

    Tests of one group share the processes they start, so a group stays on one side.
    """
    alone = {"--pdb", "--trace", "-s", "--capture=no"}
    own = any(word.startswith(("-n", "--numprocesses")) or word in alone for word in arguments)
    return [] if own else ["-n", "3", "--dist", "loadgroup"]


def _versions(env: dict[str, str]) -> str:
    return foreground.output(str(places.PYTHON), "-c", VERSIONS, env=env)


def _say_where_to_click(addresses: plan.Addresses) -> None:
    web, sandbox = addresses.public_url, addresses.sandbox_url
    rows = (
        ("Chat with the bot", f"{sandbox}/"),
        ("Bank: pay an order", f"{sandbox}/bank/"),
        ("Admin", f"{web}/admin/"),
        ("Health of the API", f"{web}/health/ready"),
    )
    console.say(console.paint("ready; Ctrl-C stops everything", console.GREEN))
    for title, url in rows:
        console.write(f"    {title:<20} {console.paint(url, console.BOLD)}")


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "run": run,
    "test": test,
    "check": check,
    "bench": bench,
    "prove": prove,
    "manage": manage,
    "messages": messages,
    "alerts": write_alerts,
    "configuration": write_configuration,
    "requirements": print_requirements,
    "lock": lock,
}
