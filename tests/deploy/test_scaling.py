"""What docs/scaling.md copies from the files of deploy is still what stands there."""

from __future__ import annotations

import re

import pytest

from tests.architecture.source import read

GUIDES = ("docs/scaling.md", "docs/ru/scaling.md")
SECOND = "10.0.0.2"


@pytest.mark.parametrize("name", GUIDES)
def test_the_second_machines_web_is_the_units_own_command(name: str) -> None:
    unit = read("deploy/systemd/provodnik-web@.service")
    (command,) = re.findall(r"^ExecStart=(.+)$", unit, re.MULTILINE)
    assert "--host 127.0.0.1" in command
    assert f"ExecStart={command.replace('127.0.0.1', SECOND)}\n" in read(name)


@pytest.mark.parametrize("name", GUIDES)
def test_the_first_machines_lines_are_the_sites_own(name: str) -> None:
    servers = re.findall(r"^ +server 127.+;$", read("deploy/nginx/provodnik.conf"), re.MULTILINE)
    assert len(servers) == 3
    said = read(name)
    assert [line.strip() for line in servers if line.strip() not in said] == []


@pytest.mark.parametrize("name", GUIDES)
def test_the_poolers_address_is_its_files_own(name: str) -> None:
    (port,) = re.findall(
        r"^listen_port = (\d+)$", read("deploy/pgbouncer/pgbouncer.ini"), re.MULTILINE
    )
    assert f"@127.0.0.1:{port}/provodnik" in read(name)
