"""The suite's processes collect for themselves and stop unless each found the very same names."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from difflib import unified_diff

import pytest

from devtools import places

COLLECT = """
import sys
from datetime import datetime
import pytest, time_machine
with time_machine.travel(datetime.fromisoformat(sys.argv[1])):
    sys.exit(pytest.main(["tests", "--collect-only", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]))
"""
OURS = ("PYTEST_XDIST", "PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST")


def _collecting(*, at: datetime, seed: str) -> subprocess.Popen[str]:
    told = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return subprocess.Popen(
        [str(places.PYTHON), "-c", COLLECT, at.isoformat()],
        cwd=places.ROOT,
        env=told | {"PYTHONHASHSEED": seed},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.timeout(300)
def test_a_test_is_called_the_same_at_any_hour_and_in_any_process() -> None:
    processes = [
        _collecting(at=datetime(2026, 3, 31, 20, 59, 58, tzinfo=UTC), seed="1"),
        _collecting(at=datetime(2031, 11, 7, 4, 3, 2, tzinfo=UTC), seed="2"),
    ]
    outputs = [process.communicate()[0] for process in processes]

    assert [process.returncode for process in processes] == [0, 0], outputs[0][-3000:]
    early, late = ([line for line in said.splitlines() if "::" in line] for said in outputs)
    assert len(early) > 1000
    assert not list(unified_diff(early, late, lineterm="", n=0))
