"""The virtual environment: made once, brought in line whenever the lock or the Python changes."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from devtools import places, requirements
from devtools.console import Stopped, say

STAMP = places.VENV / "installed-from-lock"
QUIETLY = ("--quiet", "--disable-pip-version-check")


def ensure(layer: str) -> None:
    """Have `layer` of the lock installed in `.venv`. Costs nothing when it is."""
    if is_installed(layer):
        return
    with places.locked(places.STATE / "venv.lock", wait=True):
        if is_installed(layer):  # by the process that was waited for
            return
        _make()
        _install(requirements.for_layer(layer))
        stamp = [digest(), *sorted(requirements.layers_within(layer))]
        STAMP.write_text("\n".join(stamp), encoding="utf-8")
    say(f"the {layer} layer is installed in .venv")


def digest() -> str:
    """What the environment was made from."""
    return hashlib.sha256(places.LOCK.read_bytes() + sys.version.encode()).hexdigest()


def is_installed(layer: str) -> bool:
    try:
        stamp, *layers = STAMP.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, ValueError):
        return False
    return stamp == digest() and layer in layers


def _make() -> None:
    """With pip from `vendor/`, on every machine: Debian keeps ensurepip in a package of its own."""
    if _same_python():
        return
    if importlib.util.find_spec("venv") is None:
        raise Stopped("This Python has no venv module: install the full python3 package.")
    python = Path(sys.base_prefix) / "bin" / places.PYTHON_NAME
    maker = str(python) if python.exists() else sys.executable
    subprocess.run([maker, "-m", "venv", "--clear", "--without-pip", str(places.VENV)], check=True)
    wheel = str(next((places.ROOT / "vendor").glob("pip-*.whl")))
    command = [str(places.PYTHON), f"{wheel}/pip", "install", *QUIETLY, "--no-index", wheel]
    subprocess.run(command, check=True)
    say(f"made .venv with Python {sys.version.split()[0]}")


def _same_python() -> bool:
    """Whether `.venv` works and is of this very Python."""
    if not places.PYTHON.exists():
        return False
    command = [str(places.PYTHON), "-c", "import pip, sys; print(sys.version)"]
    seen = subprocess.run(command, capture_output=True, text=True, check=False)
    return seen.stdout.strip() == sys.version


def _install(wanted: str) -> None:
    """With uv when it can be had: five times faster. pip, which knows more networks, is the net."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text(wanted, encoding="utf-8")
        if _uv(shutil.which("uv"), file) or _uv(_own_uv(Path(folder)), file):
            return
        if not _pip(file):
            raise Stopped("The packages could not be installed; pip says why above.")


def _own_uv(folder: Path) -> str | None:
    file = folder / "uv.txt"
    file.write_text(requirements.for_package("uv"), encoding="utf-8")
    return str(places.VENV / "bin" / "uv") if _pip(file) else None


def _uv(uv: str | None, file: Path) -> bool:
    if uv is None:
        return False
    env = uv_settings(dict(os.environ))
    # Compiled once now rather than by every process that starts.
    command = [uv, "pip", "install", "--quiet", "--compile-bytecode"]
    wanted = ["--python", str(places.PYTHON), "--require-hashes", "-r", str(file)]
    return subprocess.run([*command, *wanted], env=env, check=False).returncode == 0


def uv_settings(env: dict[str, str]) -> dict[str, str]:
    """uv reads no pip setting and trusts only its own list of authorities unless it is told to."""
    env.setdefault("UV_SYSTEM_CERTS", "1")
    if mirror := env.get("PIP_INDEX_URL"):
        env.setdefault("UV_DEFAULT_INDEX", mirror)
    return env


def _pip(file: Path) -> bool:
    command = [str(places.PYTHON), "-m", "pip", "install", *QUIETLY]
    wanted = ["--require-hashes", "-r", str(file)]
    return subprocess.run([*command, *wanted], check=False).returncode == 0
