"""Releases as trees of files: an older one from the history, and the next one with tables of another shape."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from devtools import places

MIGRATIONS = ":(glob)*/migrations/0*.py"
SCRIPTS = places.ROOT / "deploy"
BASE_PYTHON: str = getattr(sys, "_base_executable")  # noqa: B009  (what the scripts take, too)
LEFT_BEHIND = (".git", ".venv", ".local", "__pycache__", "node_modules", ".*_cache")
# What only an older release lacks, and how its processes were started then.
LATER = (
    ("project/scheduler.py", "-S project.scheduler:Scheduler ", ""),
    ("project/granian.json", " --log-config project/granian.json", ""),
    ("integrations/watchdog.py", "Type=notify", "Type=exec"),
)
# The strongest locks there are, on the table that every callback writes and the one that every payment moves, and an
# index that is built while both go on. The columns belong to no model: nothing else of the release changes.
NEXT = '''"""Made by a test: what the next release may do to tables in use."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("{app}", "{last}")]
    operations = [
        migrations.RunSQL("ALTER TABLE {table} ADD COLUMN proof integer NOT NULL DEFAULT 7"),
    ]
'''
NEXT_INDEX = '''"""Made by a test: an index beside the traffic."""

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("{app}", "{last}")]
    operations = [
        migrations.RunSQL("CREATE INDEX CONCURRENTLY {table}_proof ON {table} (proof, id)"),
    ]
'''
CHANGED = (
    ("integrations", "integrations_inboundcallback"),
    ("payments", "payments_payment"),
)


def git(*arguments: str) -> str:
    """What git says of the checkout; "" where there is no git, or it does not know."""
    if shutil.which("git") is None:
        return ""
    command = ["git", "-C", str(places.ROOT), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode else done.stdout.strip()


def with_older_tables() -> str:
    """The commit before the last one that brought a migration; "" where the checkout does not reach back to it."""
    last = git("log", "-1", "--diff-filter=A", "--format=%H", "--", MIGRATIONS)
    return git("rev-parse", "--verify", "--quiet", f"{last}~1^{{commit}}") if last else ""


def put_older(ref: str, folder: Path) -> None:
    """The tree of a commit, as it was handed out."""
    folder.mkdir(parents=True)
    archive = subprocess.Popen(
        ["git", "-C", str(places.ROOT), "archive", ref], stdout=subprocess.PIPE
    )
    subprocess.run(["tar", "-x", "-C", str(folder)], stdin=archive.stdout, check=True)
    assert archive.wait() == 0, ref


def put_present(folder: Path) -> None:
    """The tree as it stands here, with what is not committed yet."""
    shutil.copytree(places.ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_BEHIND), symlinks=True)


def put_next(folder: Path) -> None:
    """The present one and three migrations more."""
    put_present(folder)
    for app, table in CHANGED:
        for template in (NEXT, NEXT_INDEX)[: 2 if app == "integrations" else 1]:
            known = sorted((folder / app / "migrations").glob("0*.py"))
            last = known[-1].stem
            name = f"{int(last[:4]) + 1:04d}_proof"
            text = template.format(app=app, table=table, last=last)
            (folder / app / "migrations" / f"{name}.py").write_text(text)


def put_broken(folder: Path) -> None:
    """The present one, whose web process does not start: nothing that looks at it beforehand can tell."""
    put_present(folder)
    entrance = folder / "project" / "wsgi.py"
    entrance.write_text(f"{entrance.read_text()}\nraise RuntimeError('made by a test')\n")


def put_units(release: Path, folder: Path) -> None:
    """The units of a release; one from before there were units gets today's, without what it does not know."""
    own = release / "deploy" / "systemd"
    shutil.copytree(own if own.exists() else places.ROOT / "deploy" / "systemd", folder)
    for unit in folder.iterdir():
        text = unit.read_text()
        for file, words, instead in LATER:
            if not (release / file).exists():
                text = text.replace(words, instead)
        unit.write_text(text)


def venv_key(release: Path) -> str:
    """Under which name the scripts look for a release's packages."""
    script = (
        '. "$1/common.sh"; cd "$2"; python=$3; venv_key "$("$python" dev requirements production)"'
    )
    done = subprocess.run(
        ["bash", "-c", script, "bash", str(SCRIPTS), str(release), BASE_PYTHON],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PROVODNIK_HOME": str(release), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    found = done.stdout.strip()
    assert re.fullmatch(r"[0-9a-f]{16}", found), done.stdout
    return found
