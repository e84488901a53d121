"""What docs/scaling.md types fits the files of deploy, and `./dev prove scale` types all of it."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.architecture.source import read
from tests.prove import guide, scale
from tests.prove.member import blocks

GUIDES = ("docs/scaling.md", "docs/ru/scaling.md")
MARKED = re.compile(r"<!-- (on [a-z' ]+) -->")


def test_the_pages_type_the_same() -> None:
    english, russian = (guide.BLOCK.findall(read(name)) for name in GUIDES)
    assert english == russian
    assert Counter(MARKED.findall(read(GUIDES[0]))) == {
        where: len(blocks(where)) for where in scale.PLACES
    }


def test_web_listens_where_the_settings_say() -> None:
    """systemd lets EnvironmentFile= win over Environment=; granian reads the name itself."""
    for unit in ("provodnik-web@.service", "provodnik-web-watch@.service"):
        text = read(f"deploy/systemd/{unit}")
        assert "Environment=GRANIAN_HOST=127.0.0.1\n" in text
        assert "EnvironmentFile=/etc/provodnik/environment\n" in text
    assert "--host" not in read("deploy/systemd/provodnik-web@.service")
    assert "http://${GRANIAN_HOST}:%i/" in read("deploy/systemd/provodnik-web-watch@.service")


def test_the_second_machines_target_names_units_of_the_first_ones() -> None:
    ((_settings, typed),) = [
        (block, command)
        for block in blocks(scale.ON_SECOND)
        for command, _seen in block
        if command.startswith("cat > /etc/systemd/system/provodnik.target")
    ]
    wanted = set(re.findall(r"provodnik-[\w@-]+\.(?:service|timer)", typed))
    assert wanted < set(
        re.findall(r"provodnik-[\w@-]+\.(?:service|timer)", read("deploy/systemd/provodnik.target"))
    )
    assert {f"{unit}.service" for unit in scale.OF_THE_SECOND} <= wanted


def test_nginx_is_told_of_the_second_machine(tmp_path: Path) -> None:
    """The lines as they are typed, on the site as it is."""
    site = tmp_path / "provodnik.conf"
    site.write_text(read("deploy/nginx/provodnik.conf"))
    (block,) = [
        one for one in blocks(scale.ON_FIRST) if any("provodnik_calls" in typed for typed, _ in one)
    ]
    for command, _seen in block:
        if command.startswith(("sed ", "cat ")):
            subprocess.run(["bash", "-ec", command], cwd=tmp_path, check=True)
    text = site.read_text()
    (own,) = re.findall(r"^upstream provodnik \{\n(.*?)^\}", text, re.M | re.S)
    (calls,) = re.findall(r"^upstream provodnik_calls \{\n(.*?)^\}", text, re.M | re.S)
    servers = re.findall(r"^ +server .+;$", own, re.M)
    assert [line for line in servers if line not in calls] == []
    assert len(re.findall(r"server 10\.0\.0\.2:800[01] ", calls)) == len(servers)
    (bots,) = re.findall(r"^upstream provodnik_bot \{\n(.*?)^\}", text, re.M | re.S)
    assert "server 10.0.0.2:8081 " in bots
    assert "server 127.0.0.1:8081 " in bots
    (location,) = re.findall(r"location ~ \S+payments/callbacks.*?\n    \}", text, re.S)
    assert "proxy_pass http://provodnik_calls;" in location
    assert text.count("http://provodnik_calls;") == 1


@pytest.mark.parametrize("name", GUIDES)
def test_the_poolers_address_is_its_files_own(name: str) -> None:
    text = read("deploy/pgbouncer/pgbouncer.ini")
    (port,) = re.findall(r"^listen_port = (\d+)$", text, re.MULTILINE)
    assert f"@127.0.0.1:{port}/provodnik" in read(name)
    assert f"s/:5432/:{port}/" in read(name)
    idle, every, times = (
        int(re.findall(rf"^tcp_keep{word} = (\d+)$", text, re.MULTILINE)[0])
        for word in ("idle", "intvl", "cnt")
    )
    assert idle + every * times <= scale.LET_GO_WITHIN
