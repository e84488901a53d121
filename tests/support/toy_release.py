"""A release that costs nothing, for deploy's scripts: no packages, a manage.py that writes down what it is asked."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

DEPLOY = settings.BASE_DIR / "deploy"
MANAGE = """\
from __future__ import annotations
import os, pathlib, sys
root = pathlib.Path(__file__).resolve().parent
with open(os.environ["MANAGE_LOG"], "a") as log:
    print(root.name.removesuffix(".new").partition("-")[2], *sys.argv[1:2], file=log)
if sys.argv[1] == "collectstatic":
    folder = pathlib.Path(os.environ["STATIC_ROOT"])
    (folder / "staticfiles.json").write_text(root.name)
    (folder / f"style.{(root / 'version').read_text().strip()}.css").write_text("a {}")
fails = root / "fails-at"
if fails.exists() and fails.read_text() == sys.argv[1]:
    sys.exit("it fails as it was told to")
"""
# Units that run; each restart is written down. A release with a file `broken` never answers.
SYSTEMCTL = """\
#!/bin/sh
case "$1" in
list-units) for word; do pattern=$word; done
    for unit in provodnik-worker@money provodnik-beat provodnik-web@8000 provodnik-web@8001; do
        case $unit.service in $pattern) echo "$unit.service loaded active running" ;; esac
    done ;;
*) echo "$(basename "$(readlink "$PROVODNIK_HOME/current")" | cut -d- -f2-) $*" >> "$SYSTEMCTL_LOG" ;;
esac
"""
CURL = '#!/bin/sh\n[ ! -e "$PROVODNIK_HOME/current/broken" ]\n'


@dataclass(frozen=True)
class Toy:
    """An installation in `folder` that runs the release `first`."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def current(self) -> str:
        """The word after the release's time."""
        return self.word("current")

    def word(self, link: str) -> str:
        return (self.home / link).resolve().name.partition("-")[2]

    @property
    def env(self) -> dict[str, str]:
        return {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PROVODNIK_HOME": str(self.home),
            "PROVODNIK_ETC": str(self.folder / "etc"),
            "PROVODNIK_DATA": str(self.folder / "data"),
            "PROVODNIK_USER": "nobody-of-this-name",
            "PROVODNIK_PAUSE": "0",
            "PROVODNIK_PATIENCE": "1",
            "SYSTEMCTL_LOG": str(self.folder / "systemctl.log"),
        }

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(DEPLOY / script), *arguments]
        return subprocess.run(
            command, env=self.env, capture_output=True, text=True, check=False, timeout=60
        )

    def upgrade(self, version: str, **files: str) -> subprocess.CompletedProcess[str]:
        """To a release that also holds these files; `_` in a name stands for `-`."""
        tree = release(self.folder / "trees" / version, version)
        for name, text in files.items():
            (tree / name.replace("_", "-")).write_text(text)
        return self.run("upgrade.sh", "--from", str(tree))

    def log(self, name: str) -> list[str]:
        """What was written down since the last time."""
        file = self.folder / f"{name}.log"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return lines


def release(tree: Path, version: str) -> Path:
    tree.mkdir(parents=True)
    for name in ("bot", "integrations", "partners", "payments", "project", "vendor"):
        (tree / name).mkdir()
    (tree / "vendor" / "pip-0-none.whl").write_text("")
    (tree / "manage.py").write_text(MANAGE)
    (tree / "dev").write_text("")  # no packages at all
    (tree / "version").write_text(version)
    shutil.copytree(
        DEPLOY, tree / "deploy", ignore=shutil.ignore_patterns("secrets", "__pycache__")
    )
    return tree


def installed(folder: Path) -> Toy:
    """With `first` running, made the way an upgrade makes a release."""
    toy = Toy(folder)
    for name in ("home", "etc", "data", "bin"):
        (folder / name).mkdir()
    for name, text in (("systemctl", SYSTEMCTL), ("curl", CURL)):
        (folder / "bin" / name).write_text(text)
        (folder / "bin" / name).chmod(0o755)
    before = release(toy.home / "releases" / "20200101T000000-before", "before")
    (toy.home / "current").symlink_to(f"releases/{before.name}")
    _settle(toy)
    done = toy.upgrade("first")
    assert done.returncode == 0, done.stderr
    return toy


def another(toy: Toy, folder: Path) -> Toy:
    """One like it, to do anything with."""
    shutil.copytree(toy.folder, folder, symlinks=True, dirs_exist_ok=True)
    made = Toy(folder)
    _settle(made)
    made.log("systemctl")
    made.log("manage")
    return made


def _settle(toy: Toy) -> None:
    (toy.folder / "etc" / "environment").write_text(f"MANAGE_LOG={toy.folder / 'manage.log'}\n")
