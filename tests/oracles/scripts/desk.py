"""Answers a test's questions, one JSON line each, from inside the environment of the providers' libraries."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any


def serve(functions: Mapping[str, Callable[..., Any]]) -> None:
    """Call the function a line names; what it raises is an answer too."""
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            said = {"answer": functions[name](**arguments)}
        except Exception as error:
            said = {"error": type(error).__name__, "message": str(error)}
        print(json.dumps(said, default=str), flush=True)
