"""The scripts of a server, with a toy release: what they refuse, and what is left when something fails.

`./dev prove install` and `./dev prove upgrade` run them over the real thing.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.support.toy_release import DEPLOY, Toy, another, installed, release

SCRIPTS = sorted(DEPLOY.glob("*.sh"))
STARTED = ("install.sh", "upgrade.sh", "rollback.sh", "restart.sh")
ONE_AFTER_ANOTHER = ["worker@money", "beat", "web@8000", "web@8001"]
needs_programs = pytest.mark.skipif(
    any(shutil.which(name) is None for name in ("flock", "tar", "sha256sum")),
    reason="flock, tar or sha256sum is not installed",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    return installed(tmp_path_factory.mktemp("toy"))


@pytest.fixture
def toy(made: Toy, tmp_path: Path) -> Toy:
    return another(made, tmp_path)


def restarted(toy: Toy) -> list[tuple[str, str]]:
    """Which release and which unit, in their order."""
    lines = [line.split() for line in toy.log("systemctl")]
    return [
        (words[0], words[2].removeprefix("provodnik-").removesuffix(".service"))
        for words in lines
        if words[1] == "restart"
    ]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_bash_can_read_it(script: Path) -> None:
    done = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck_finds_nothing() -> None:
    command = ["shellcheck", "-x", "-P", str(DEPLOY.parent), *map(str, SCRIPTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == ""


@pytest.mark.parametrize("name", STARTED)
def test_it_says_how_it_is_used(name: str) -> None:
    command = [str(DEPLOY / name), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith(name)
    wrong = subprocess.run(
        [*command[:1], "--no-such-option"], capture_output=True, text=True, check=False
    )
    assert wrong.returncode != 0
    assert "what is --no-such-option?" in wrong.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can try it as somebody else")
def test_only_root_installs() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "deploy"
        Path(name).chmod(0o755)
        shutil.copytree(DEPLOY, folder, ignore=shutil.ignore_patterns("secrets"))
        for script in STARTED:
            done = subprocess.run(
                ["setpriv", "--reuid=65534", "--clear-groups", folder / script],
                env={"PATH": os.environ["PATH"]},
                capture_output=True,
                text=True,
                check=False,
            )
            assert (done.returncode, "root must run this" in done.stderr) == (1, True), script


@pytest.mark.skipif(
    os.geteuid() != 0 or Path("/run/systemd/system").exists(), reason="here a server could be"
)
def test_without_systemd_nothing_begins() -> None:
    done = subprocess.run(
        ["bash", "-ec", f". {DEPLOY}/common.sh; need_server; echo begun"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "systemd does not run here" in done.stderr


def test_an_old_python_is_refused_with_the_way_out(tmp_path: Path) -> None:
    """As on Ubuntu 22.04."""
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        (tmp_path / name).write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.10.12\n')
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ["bash", "-ec", f". {DEPLOY}/common.sh; choose_python ''"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "PROVODNIK_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Python 3.11 or newer, and this system has Python 3.10.12" in done.stderr
    assert "--python /usr/bin/python3.12" in done.stderr


@needs_programs
class TestUpgrade:
    def test_it_goes_over_in_turn(self, toy: Toy) -> None:
        done = toy.upgrade("second")
        assert done.returncode == 0, done.stderr
        assert (toy.current, toy.word("previous")) == ("folder", "folder")
        assert (toy.home / "current" / "version").read_text() == "second"
        assert (toy.home / "previous" / "version").read_text() == "first"
        assert [unit for _, unit in restarted(toy)] == ONE_AFTER_ANOTHER
        asked = [line.split()[1] for line in toy.log("manage")]
        assert asked == ["collectstatic", "check", "migrate", "load_vocabulary"]

    @pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
    def test_a_branch_of_the_clone(self, toy: Toy) -> None:
        source, origin = toy.home / "source", release(toy.folder / "origin", "second")

        def git(*words: str, folder: Path = origin) -> str:
            who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
            command = ["git", "-C", str(folder), *who, *words]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout

        for empty in ("bot", "integrations", "partners", "payments", "project"):
            (origin / empty / "kept").touch()
        for words in (("init", "-q", "-b", "next"), ("add", "-A"), ("commit", "-qm", "second")):
            git(*words)
        git("clone", "-q", str(origin), str(source))
        (origin / "version").write_text("third")
        git("commit", "-qam", "third")
        done = toy.run("upgrade.sh", "--ref", "next")
        assert done.returncode == 0, done.stderr
        assert (toy.home / "current" / "version").read_text() == "third"
        assert toy.current == git("rev-parse", "--short=9", "HEAD").strip()
        assert not (toy.home / "current" / ".git").exists()
        done = toy.run("upgrade.sh", "--ref", "nothing")
        assert "no such branch, tag or commit: nothing" in done.stderr

    def test_old_pages_find_their_files(self, toy: Toy) -> None:
        assert toy.upgrade("second").returncode == 0
        shared = {path.name for path in (toy.folder / "data" / "static").iterdir()}
        assert shared == {"style.first.css", "style.second.css"}
        own = toy.home / "current" / ".local" / "static"
        assert {path.name for path in own.iterdir()} == {"style.second.css", "staticfiles.json"}

    @pytest.mark.parametrize("step", ["collectstatic", "check", "migrate"])
    def test_what_fails_before_the_switch_touches_nothing(self, toy: Toy, step: str) -> None:
        before = sorted((toy.home / "releases").iterdir())
        done = toy.upgrade("second", fails_at=step)
        assert done.returncode == 1
        assert "nothing was switched" in done.stderr
        assert (toy.home / "current" / "version").read_text() == "first"
        assert sorted((toy.home / "releases").iterdir()) == before
        assert restarted(toy) == []

    @pytest.mark.parametrize(
        ("broken", "units"),
        [
            ({"broken": ""}, ["worker@money", "beat", "web@8000", *ONE_AFTER_ANOTHER]),
            ({"fails_at": "load_vocabulary"}, [*ONE_AFTER_ANOTHER, *ONE_AFTER_ANOTHER]),
        ],
    )
    def test_what_fails_after_it_goes_back(
        self, toy: Toy, broken: dict[str, str], units: list[str]
    ) -> None:
        previous = (toy.home / "previous").resolve()
        done = toy.upgrade("second", **broken)
        assert done.returncode == 1
        assert "going back to" in done.stderr
        assert "runs again" in done.stderr
        assert (toy.home / "current" / "version").read_text() == "first"
        assert (toy.home / "previous").resolve() == previous
        assert [unit for _, unit in restarted(toy)] == units

    def test_there_is_one_at_a_time(self, toy: Toy) -> None:
        with (toy.home / ".lock").open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            done = toy.upgrade("second")
        assert done.returncode == 1
        assert "is running" in done.stderr
        assert toy.log("manage") == []

    def test_three_are_kept_and_their_environments(self, toy: Toy) -> None:
        stranger = toy.home / "venvs" / "0123456789abcdef"
        stranger.mkdir()
        for version in ("second", "third", "fourth"):
            wait_for_another_second(toy)
            assert toy.upgrade(version).returncode == 0
        kept = [path / "version" for path in sorted((toy.home / "releases").iterdir())]
        assert [path.read_text() for path in kept] == ["second", "third", "fourth"]
        (only,) = (toy.home / "venvs").iterdir()
        assert only != stranger
        assert (toy.home / "current" / ".venv").resolve() == only

    def test_the_list_of_files_is_the_releases_own(self, toy: Toy) -> None:
        with (toy.folder / "etc" / "environment").open("a") as settings:
            settings.write("STATIC_ROOT=/elsewhere\n")
        done = toy.upgrade("second")
        assert done.returncode == 1
        assert "take STATIC_ROOT out" in done.stderr


@needs_programs
class TestRollback:
    def test_there_and_forth(self, toy: Toy) -> None:
        wait_for_another_second(toy)
        assert toy.upgrade("second").returncode == 0
        restarted(toy)
        for version in ("first", "second"):
            done = toy.run("rollback.sh")
            assert done.returncode == 0, done.stderr
            assert (toy.home / "current" / "version").read_text() == version
            assert [unit for _, unit in restarted(toy)] == ONE_AFTER_ANOTHER

    def test_one_that_does_not_start_is_left_again(self, toy: Toy) -> None:
        wait_for_another_second(toy)
        assert toy.upgrade("second").returncode == 0
        (toy.home / "previous" / "broken").touch()
        done = toy.run("rollback.sh")
        assert done.returncode == 1
        assert (toy.home / "current" / "version").read_text() == "second"
        assert (toy.home / "previous" / "version").read_text() == "first"

    def test_a_name_that_is_not_there(self, toy: Toy) -> None:
        done = toy.run("rollback.sh", "--to", "20200101T000000-nothing")
        assert done.returncode == 1
        assert "no complete release" in done.stderr


@needs_programs
def test_settings_that_are_refused_restart_nothing(toy: Toy) -> None:
    (toy.home / "current" / "fails-at").write_text("check")
    done = toy.run("restart.sh")
    assert done.returncode == 1
    assert restarted(toy) == []
    (toy.home / "current" / "fails-at").unlink()
    assert toy.run("restart.sh").returncode == 0
    assert [unit for _, unit in restarted(toy)] == ONE_AFTER_ANOTHER


def wait_for_another_second(toy: Toy) -> None:
    """A release is named by the second it was made in."""
    name = (toy.home / "current").resolve().name.partition("-")[0]
    while subprocess.check_output(["date", "-u", "+%Y%m%dT%H%M%S"], text=True).strip() == name:
        pass
