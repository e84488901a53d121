"""deploy/compose.yaml against the units, `./dev run` and .env.example, and the script that makes its secrets."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from devtools import configuration, places, plan

DEPLOY = places.ROOT / "deploy"
FILE = DEPLOY / "compose.yaml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if one["image"] == "provodnik"}
PROCESSES = {name: one for name, one in OURS.items() if name != "migrate"}
SECRET_NAMES = [
    one.name
    for section in configuration.sections(configuration.EXAMPLE.read_text(encoding="utf-8"))
    for one in section.variables
    if configuration.SECRET.search(one.name)
]
SHELLCHECK = shutil.which("shellcheck")


def unit(name: str, instance: str = "") -> list[str]:
    """What systemd would start, with the places that are others in a container."""
    text = (DEPLOY / "systemd" / name).read_text()
    found = re.search(r"^ExecStart=.*?/bin/(.+)$", text, re.MULTILINE)
    assert found
    command = found[1].replace("%%", "%").replace("%i", instance)
    for old, new in (
        # A unit listens where its settings say; a container everywhere.
        ("project.wsgi:application", "project.wsgi:application --host 0.0.0.0"),
        ("/run/provodnik-beat/", "/var/lib/provodnik-beat/"),
    ):
        command = command.replace(old, new)
    return command.split()


def test_every_process_is_started_as_its_unit_starts_it() -> None:
    wanted = {
        "web1": unit("provodnik-web@.service", "8000"),
        "web2": unit("provodnik-web@.service", "8000"),
        "mailer": unit("provodnik-mailer.service"),
        "beat": unit("provodnik-beat.service"),
        "bot": unit("provodnik-bot@.service"),
        **{
            f"worker-{queue}": unit("provodnik-worker@.service", queue)
            for queue in plan.QUEUES.split(",")
        },
    }
    assert {name: one["command"] for name, one in PROCESSES.items()} == wanted


def test_everything_waits_for_the_migrations() -> None:
    for name, one in PROCESSES.items():
        assert one["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}, name
    migrate = SERVICES["migrate"]
    assert "manage.py migrate" in migrate["command"][2]
    assert "load_vocabulary" in migrate["command"][2]
    assert migrate["restart"] == "no"
    assert set(migrate["depends_on"]) == {"postgres", "valkey"}
    assert {one["condition"] for one in migrate["depends_on"].values()} == {"service_healthy"}


def test_one_web_process_answers_while_the_other_starts_anew() -> None:
    assert SERVICES["web2"]["depends_on"]["web1"] == {"condition": "service_healthy"}
    # Compose stops whoever depends on what it replaces.
    assert "depends_on" not in SERVICES["proxy"]


def test_the_image_is_built_once_for_all_and_never_fetched() -> None:
    assert [name for name, one in SERVICES.items() if "build" in one] == ["migrate"]
    assert {one["pull_policy"] for one in OURS.values()} == {"never"}


def test_another_release_comes_to_one_web_process_at_a_time(tmp_path: Path) -> None:
    called, failing = tmp_path / "called", tmp_path / "failing"
    docker = tmp_path / "docker"
    docker.write_text(
        f"""#!/bin/sh
echo "$*" >>{called}
[ "$1" != wait ] || if [ -e {failing} ]; then echo 1; else echo 0; fi
"""
    )
    docker.chmod(0o755)

    def renew(*arguments: str) -> tuple[int, list[str]]:
        called.write_text("")
        said = subprocess.run(
            ["bash", str(DEPLOY / "renew.sh"), *arguments],
            env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
            capture_output=True,
            check=False,
        )
        lines = called.read_text().splitlines()
        return said.returncode, [
            line.removeprefix("compose --file compose.yaml ") for line in lines
        ]

    code, calls = renew("--pull")
    assert code == 0
    assert [one for one in calls if one.startswith(("build", "up"))] == [
        "build --pull",
        "up --detach migrate",
        "up --detach --wait web1",
        "up --detach --wait web2",
        "up --detach --wait",
    ]
    failing.touch()
    code, calls = renew()
    assert code == 1
    assert [one for one in calls if one.startswith("up")] == ["up --detach migrate"]
    assert renew("--help") == (2, [])


def test_every_secret_of_the_example_can_be_given_as_a_file() -> None:
    given = {name for name in OURS["web1"]["environment"] if name.endswith("_FILE")}
    assert given == {f"{name}_FILE" for name in SECRET_NAMES}
    for one in OURS.values():
        for name in SECRET_NAMES:
            assert one["environment"][f"{name}_FILE"] == f"/run/secrets/{name.lower()}"
        assert set(one["secrets"]) == {name.lower() for name in SECRET_NAMES}
    used = {name for one in SERVICES.values() for name in one.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}


def test_no_secret_is_a_plain_variable() -> None:
    for one in SERVICES.values():
        plain = [name for name in one.get("environment", {}) if not name.endswith("_FILE")]
        assert [name for name in plain if configuration.SECRET.search(name)] == []


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_each_container_is_shut_in(name: str) -> None:
    one = SERVICES[name]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["logging"]["driver"] == "json-file"
    assert set(one["logging"]["options"]) == {"max-size", "max-file"}
    assert one["mem_limit"]
    assert one["stop_grace_period"]
    assert any(place.startswith("/tmp:") for place in one["tmpfs"])
    assert one["restart"] == ("no" if name == "migrate" else "unless-stopped")
    assert one["healthcheck"] if name != "migrate" else one["healthcheck"]["disable"]
    # PostgreSQL's own first process minds its children.
    assert one["init"] is (name != "postgres")
    assert ":latest" not in one["image"]


def test_only_the_proxy_is_root_and_it_may_do_nothing_but_open_its_ports() -> None:
    users = {name: one.get("user") for name, one in SERVICES.items()}
    assert {name for name, user in users.items() if user is None} == {"proxy"}
    assert {users[name] for name in OURS} == {"10001:10001"}
    rights = {name: one["cap_add"] for name, one in SERVICES.items() if "cap_add" in one}
    assert rights == {"proxy": ["NET_BIND_SERVICE"]}


def test_only_the_proxy_has_open_ports() -> None:
    assert {name for name, one in SERVICES.items() if "ports" in one} == {"proxy"}
    assert SERVICES["proxy"]["ports"] == ["80:80", "443:443", "443:443/udp"]


def test_the_proxy_cannot_reach_the_data_and_the_data_reaches_nobody() -> None:
    assert SERVICES["proxy"]["networks"] == ["front"]
    assert SERVICES["postgres"]["networks"] == SERVICES["valkey"]["networks"] == ["data"]
    assert COMPOSE["networks"]["data"] == {"internal": True}
    assert {name for name, one in SERVICES.items() if "front" in one["networks"]} == {
        *("proxy", "web1", "web2", "bot")
    }
    # Whoever calls others has a way out.
    for name, one in PROCESSES.items():
        assert {"front", "outside"} & set(one["networks"]), name


def test_the_proxys_network_is_the_one_that_is_believed() -> None:
    (front,) = COMPOSE["networks"]["front"]["ipam"]["config"]
    assert OURS["web1"]["environment"]["TRUSTED_PROXIES"] == front["subnet"]


def test_what_is_written_is_kept() -> None:
    files = [*OURS["web1"]["volumes"], *OURS["beat"]["volumes"]]
    data = [place for name in ("postgres", "valkey") for place in SERVICES[name]["volumes"]]
    named = {place.partition(":")[0] for place in (*files, *data, *SERVICES["proxy"]["volumes"])}
    assert {name for name in named if not name.startswith(".")} == set(COMPOSE["volumes"])


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """deploy/ of a fresh copy, after the script has run."""
    for name in ("compose.yaml", "secrets.sh"):
        shutil.copy(DEPLOY / name, tmp_path / name)
    said = make(tmp_path)
    assert said.returncode == 0, said.stderr
    return tmp_path


def make(folder: Path, domain: str = "shop.example.com") -> subprocess.CompletedProcess[str]:
    command = ["bash", str(folder / "secrets.sh"), domain]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def kept(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in (folder / "secrets").iterdir()}


def test_secrets_are_made_up_once_and_kept(made: Path) -> None:
    before = kept(made)
    assert set(before) == set(COMPOSE["secrets"])
    password = before["postgres_password"]
    assert re.fullmatch(r"[0-9a-f]{64}\n", password)
    password = password.strip()
    assert len(before["secret_key"].strip()) == 64
    assert (
        before["database_url"].strip() == f"postgres://provodnik:{password}@postgres:5432/provodnik"
    )
    (valkey,) = re.findall(r"^requirepass (\w+)$", before["valkey_conf"], re.MULTILINE)
    assert before["redis_url"].strip() == f"redis://:{valkey}@valkey:6379/0"
    assert "\nappendonly yes\n" in before["valkey_conf"]
    (made / "secrets" / "bot_token").write_text("123:token")
    (made / "secrets" / "fns_api_key").unlink()
    said = make(made)
    assert said.returncode == 0, said.stderr
    assert kept(made) == {**before, "bot_token": "123:token"}
    for value in (password, valkey, before["secret_key"].strip(), "123:token"):
        assert value not in said.stdout + said.stderr


def test_others_on_the_machine_cannot_reach_the_secrets_and_containers_can(made: Path) -> None:
    assert stat.S_IMODE((made / "secrets").stat().st_mode) == 0o700
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (made / "secrets").iterdir()}
    assert modes == {0o644}


def test_the_domain_is_written_down_and_another_one_is_refused(made: Path) -> None:
    assert "DOMAIN=shop.example.com\n" in (made / ".env").read_text()
    said = make(made, "other.example.com")
    assert said.returncode == 1
    assert "another DOMAIN" in said.stderr
    assert "DOMAIN=shop.example.com\n" in (made / ".env").read_text()


@pytest.mark.parametrize("argument", ["", "--unknown", "https://shop.example.com/"])
def test_no_domain_makes_nothing(tmp_path: Path, argument: str) -> None:
    for name in ("compose.yaml", "secrets.sh"):
        shutil.copy(DEPLOY / name, tmp_path / name)
    said = make(tmp_path, argument)
    assert said.returncode == 2
    assert "deploy/secrets.sh shop.example.com" in said.stderr
    assert not (tmp_path / "secrets").exists()


@pytest.mark.skipif(SHELLCHECK is None, reason="shellcheck is not installed")
@pytest.mark.parametrize("name", ["secrets.sh", "healthy", "renew.sh"])
def test_the_scripts_are_well_written(name: str) -> None:
    command = [str(SHELLCHECK), str(DEPLOY / name)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout


def test_compose_itself_reads_the_file(made: Path) -> None:
    docker = shutil.which("docker")
    words = [str(docker), "compose", "-f", str(made / "compose.yaml"), "config", "--quiet"]
    if (
        not docker
        or subprocess.run([*words[:2], "version"], capture_output=True, check=False).returncode
    ):
        pytest.skip("docker compose is not installed; ./dev prove image brings its own")
    said = subprocess.run(words, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert said.stderr == ""
