"""deploy/environment.py reads what systemd reads: quotes, escapes and comments as in its EnvironmentFile=."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

READER = settings.BASE_DIR / "deploy" / "environment.py"
parsed = runpy.run_path(str(READER))["parsed"]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=plain", "plain"),
        ("A=", ""),
        ("A=   spaces around  ", "spaces around"),
        ("  A =b", "b"),
        ("A=a b  c", "a b  c"),
        ("A=$HOME `id` $(id)", "$HOME `id` $(id)"),
        ("A='single $X \\n'", "single $X \\n"),
        ('A="double \\" \\$ \\` \\\\ \\n"', 'double " $ ` \\ \\n'),
        ('A="over\ntwo lines"', "over\ntwo lines"),
        ("A=\"one \" 'two'  three", "one twothree"),
        ("A=it's", "it's"),
        ('A=a"b"', 'a"b"'),
        ("A=back\\slash", "backslash"),
        ("A=back\\\\slash", "back\\slash"),
        ("A=kept\\ ", "kept "),
        ("A=goes \\\non", "goes on"),
        ("A=b # no comment", "b # no comment"),
        ("A=x=y", "x=y"),
        ("A=first\nA=last", "last"),
        ("A=b\r\n", "b"),
        ("A='open", "open"),
        ("A=кириллица", "кириллица"),
    ],
)
def test_a_value(line: str, value: str) -> None:
    assert parsed(line) == {"A": value}
    assert parsed(f"# B=1\n\n; C=2\nno assignment\nexport D=3\n{line}")["A"] == value


@pytest.mark.parametrize("text", ["", "\n\n", "# A=1", "; A=1", "A", "1A=b", "A-B=c", "=b"])
def test_what_is_no_setting(text: str) -> None:
    assert parsed(text) == {}


def test_a_command_gets_these_and_nothing_of_the_shell(tmp_path: Path) -> None:
    file = tmp_path / "environment"
    file.write_text("A='$x \"y\"'\nLANG=C\n")
    show = "import os; print(sorted(os.environ.items()))"
    done = subprocess.run(
        [sys.executable, "-I", READER, file, sys.executable, "-Ic", show],
        env={"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "LANG": "C.UTF-8", "STRANGER": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    seen = dict(eval(done.stdout))
    assert seen.pop("LC_CTYPE", "") in ("", "C.UTF-8")  # Python's own, where LANG is C
    assert seen == {
        "A": '$x "y"',
        "LANG": "C",
        "PATH": "/usr/bin:/bin",
        "HOME": "/nowhere",
        "DJANGO_SETTINGS_MODULE": "project.settings.production",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }


def test_one_value_and_the_names(tmp_path: Path) -> None:
    file = tmp_path / "environment"
    file.write_text("A=1\nB_FILE=/b\n")

    def said(*words: str) -> str:
        command = [sys.executable, str(READER), str(file), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert said("--get", "A") == "1\n"
    assert said("--get", "C") == "\n"
    assert said("--names") == "A\nB_FILE\n"
