"""The systemd units, looked at by systemd itself."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from devtools import plan

UNITS = settings.BASE_DIR / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
MOST_EXPOSED = 3.0  # of 10, as `systemd-analyze security` counts
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


def analyze(*arguments: str) -> str:
    done = subprocess.run([str(ANALYZE), *arguments], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@needs_systemd
@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)
def test_a_service_is_shut_in(unit: Path) -> None:
    said = analyze("security", "--offline=true", "--no-pager", str(unit))
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert found, said
    assert float(found[1]) <= MOST_EXPOSED


@needs_systemd
def test_every_unit_is_well_written(tmp_path: Path) -> None:
    """With programs that exist: the real ones are only where it is installed."""
    for unit in UNITS.iterdir():
        text = re.sub(r"/opt/provodnik/current/\.venv/bin/\w+", "/bin/true", unit.read_text())
        (tmp_path / unit.name.replace("@.", "@8000.")).write_text(text)
    said = analyze("verify", "--man=no", *map(str, sorted(tmp_path.iterdir())))
    ours = [line for line in said.splitlines() if "provodnik" in line]
    assert ours == []


def test_every_queue_has_a_worker() -> None:
    target = (UNITS / "provodnik.target").read_text()
    assert set(re.findall(r"provodnik-worker@(\w+)\.service", target)) == set(
        plan.QUEUES.split(",")
    )
    mailer = (UNITS / "provodnik-mailer.service").read_text()
    assert f" -Q {plan.MAILINGS} -P threads -c {plan.SENDERS} " in mailer
    assert "provodnik-mailer.service" in target
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert routed <= {*plan.QUEUES.split(","), plan.MAILINGS}


def test_whoever_is_watched_says_that_it_works() -> None:
    watched = [unit for unit in SERVICES if "WatchdogSec=" in unit.read_text()]
    assert [unit.name for unit in watched] == [
        "provodnik-beat.service",
        "provodnik-bot@.service",
        "provodnik-mailer.service",
        "provodnik-worker@.service",
    ]
    for unit in watched:
        assert "Type=notify\nNotifyAccess=main\n" in unit.read_text()


@pytest.mark.parametrize(
    ("answer", "restarted"), [(0, ""), (28, "try-restart provodnik-web@8000.service")]
)
def test_a_web_process_is_restarted_where_it_runs_and_does_not_answer(
    tmp_path: Path, answer: int, restarted: str
) -> None:
    """28 is curl's word for silence. `restart` would start what somebody has stopped."""
    said = tmp_path / "said"
    for name, text in (("curl", f"exit {answer}"), ("systemctl", f"echo $* > {said}")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    unit = (UNITS / "provodnik-web-watch@.service").read_text().replace("%i", "8000")
    found = re.search(r"^ExecStart=(.+)$", unit, re.MULTILINE)
    assert found
    path = f"{tmp_path}:{os.environ['PATH']}"
    subprocess.run(shlex.split(found[1]), env={"PATH": path}, check=True)
    assert (said.read_text().strip() if said.exists() else "") == restarted
