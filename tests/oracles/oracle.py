"""A provider's library in a process of its own, with an environment of its own: asked in JSON, one line each."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from devtools import oracles

SCRIPTS = Path(__file__).parent / "scripts"


class Said(Exception):
    """What the library raised: `kind` is the name of its class."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class Oracle:
    def __init__(self, process: subprocess.Popen[str], script: str) -> None:
        self.script = script
        self._process = process

    def ask(self, question: str, **arguments: Any) -> Any:
        """The library's answer. Raises Said."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([question, arguments]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the library's process is gone"
        said = json.loads(line)
        if "error" in said:
            raise Said(said["error"], said["message"])
        return said["answer"]

    def refusal(self, question: str, **arguments: Any) -> Said:
        """What it raises when asked; it must."""
        with pytest.raises(Said) as refused:
            self.ask(question, **arguments)
        return refused.value


@contextmanager
def oracle(script: str) -> Iterator[Oracle]:
    try:
        python = oracles.python()
    except oracles.Unavailable as reason:
        pytest.skip(f"the providers' libraries cannot be installed here: {reason}")
    process = subprocess.Popen(
        [str(python), str(SCRIPTS / script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield Oracle(process, script)
        assert process.stdin is not None
        process.stdin.close()
