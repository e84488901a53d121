"""The product with one guard broken, to see whether anybody notices."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from unittest.mock import patch


@dataclass(frozen=True)
class Mutant:
    """One piece of a function's text replaced by another, in the module that calls it. The piece must be there once."""

    module: ModuleType
    function: str
    piece: str
    instead: str

    @contextmanager
    def alive(self) -> Iterator[None]:
        function = getattr(self.module, self.function)
        source = textwrap.dedent(inspect.getsource(function))
        assert source.count(self.piece) == 1, f"{self.function} has no single {self.piece!r}"
        changed = f"from __future__ import annotations\n{source.replace(self.piece, self.instead)}"
        names = dict(function.__globals__)
        exec(compile(changed, f"<mutant of {self.function}>", "exec"), names)
        with patch.object(self.module, self.function, names[self.function]):
            yield
