"""What staff do, in a process of its own: `python -m tests.e2e.matrix.desk` answers a line of JSON with one.

Starting Django takes seconds, so one process serves the whole file; each line runs in a thread of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from typing import Any, Self

from devtools import places
from tests.support.stack import Stack


class Desk:
    """The caller's side."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._numbers = count(1)
        self._waiting: dict[int, Future[Any]] = {}

    def __enter__(self) -> Self:
        with self._stack.log("desk").open("ab") as errors:
            self._process = subprocess.Popen(
                [str(places.PYTHON), "-m", "tests.e2e.matrix.desk"],
                env=self._stack.env,
                cwd=places.ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=30)

    def asks(self, do: str, **details: Any) -> Any:
        """What the other side answered; its error as an AssertionError."""
        number = next(self._numbers)
        answer = self._waiting[number] = Future()
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"number": number, "do": do, "with": details}) + "\n")
        self._process.stdin.flush()
        return answer.result(timeout=120)

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            told = json.loads(line)
            answer = self._waiting.pop(told["number"])
            if "error" in told:
                answer.set_exception(AssertionError(told["error"]))
            else:
                answer.set_result(told["answer"])


def serve() -> None:
    """The other side: until the input ends."""
    import django

    django.setup()
    from django.db import connections

    from tests.e2e.matrix import staff

    speaking = threading.Lock()

    def answer(line: str) -> None:
        asked = json.loads(line)
        told: dict[str, Any] = {"number": asked["number"]}
        try:
            told["answer"] = getattr(staff, asked["do"])(**asked["with"])
        except Exception as error:
            told["error"] = f"{type(error).__name__}: {error}"
        finally:
            connections.close_all()
        with speaking:
            os.write(answers, f"{json.dumps(told)}\n".encode())

    answers = os.dup(1)
    os.dup2(2, 1)  # log lines are no answers
    with ThreadPoolExecutor(8) as pool:
        for line in sys.stdin:
            pool.submit(answer, line)


if __name__ == "__main__":
    serve()
