"""Tests of one group share the processes they start: a runner that scatters them starts the product for each."""

from __future__ import annotations

import subprocess
from pathlib import Path

from devtools import places

GROUPED = """
import os
from pathlib import Path
import pytest

@pytest.mark.xdist_group("shared")
@pytest.mark.parametrize("number", range(6))
def test_where(number):
    Path(f"ran-{number}").write_text(os.environ["PYTEST_XDIST_WORKER"])
"""


def test_a_group_stays_in_one_process(tmp_path: Path) -> None:
    (tmp_path / "test_where.py").write_text(GROUPED)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    done = subprocess.run(
        [
            *(str(places.PYTHON), "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup"),
            *("-p", "no:django", "-p", "no:randomly", "-p", "no:cacheprovider"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    where = [ran.read_text() for ran in tmp_path.glob("ran-*")]
    assert len(where) == 6
    assert len(set(where)) == 1
