"""What the scripts know of other machines, by the settings: who has the database, and where web listens."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

PARTS = settings.BASE_DIR / "deploy" / "parts.sh"
PRIVATE = "postgres://provodnik:p@10.0.0.9:5432/provodnik"
OURS = "postgres://provodnik:p@127.0.0.1:5432/provodnik"


def bash(line: str, etc: Path) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "PROVODNIK_ETC": str(etc), "PROVODNIK_HOME": str(etc)}
    script = f". {PARTS}; python={sys.executable}; {line}"
    return subprocess.run(
        ["bash", "-c", script], env=env, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("lines", "is_needed"),
    [
        ("", True),
        (f"DATABASE_URL={OURS}\n", True),
        (f"DATABASE_URL={PRIVATE}\n", False),
        (f"DATABASE_URL={OURS}\nDATABASE_URL={PRIVATE}\n", False),
        ("DATABASE_URL_FILE={etc}/url\n", False),
        ("DATABASE_SESSION_URL_FILE={etc}/url\n", True),
    ],
)
def test_no_database_is_installed_where_another_machine_has_it(
    tmp_path: Path, lines: str, is_needed: bool
) -> None:
    (tmp_path / "url").write_text(f"{PRIVATE}\n")
    (tmp_path / "environment").write_text(lines.format(etc=tmp_path))
    done = bash("needs_here DATABASE_URL ''", tmp_path)
    assert (done.returncode, done.stderr) == (0 if is_needed else 1, "")


def test_a_file_named_at_the_call_says_that_it_is_elsewhere(tmp_path: Path) -> None:
    assert bash(f"needs_here DATABASE_URL {tmp_path}/url", tmp_path).returncode == 1


@pytest.mark.parametrize(
    ("url", "is_needed"),
    [
        ("redis://127.0.0.1:6379/0", True),
        ("redis://:secret@localhost:6379/0", True),
        ("redis://:secret@10.0.0.9:6379/0", False),
        ("rediss://cache.example.com:6380/0", False),
    ],
)
def test_no_redis_either(tmp_path: Path, url: str, is_needed: bool) -> None:
    (tmp_path / "environment").write_text(f"REDIS_URL={url}\n")
    assert (bash("needs_here REDIS_URL ''", tmp_path).returncode == 0) is is_needed


@pytest.mark.parametrize(
    ("lines", "host"), [("", "127.0.0.1"), ("GRANIAN_HOST=10.0.0.2\n", "10.0.0.2")]
)
def test_web_is_asked_where_it_listens(tmp_path: Path, lines: str, host: str) -> None:
    (tmp_path / "environment").write_text(lines)
    done = bash("web_url provodnik-web@8001.service /health/live", tmp_path)
    assert done.stdout == f"http://{host}:8001/health/live"
