"""Plain dataclasses to JSON and back, and a file that is either the old snapshot or the new one."""

from __future__ import annotations

import json
import types
import typing
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any


def dump(value: Any) -> Any:
    """`value` as what `json.dumps` understands."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: dump(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, dict):
        return {str(key): dump(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [dump(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value


def load(kind: Any, data: Any) -> Any:
    """The value of type `kind` that `dump` turned into `data`; a field the snapshot lacks keeps its
    default.
    """
    if kind is Any or data is None:
        return data
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        (inner,) = (arg for arg in typing.get_args(kind) if arg is not type(None))
        return load(inner, data)
    if origin is list:
        (item,) = typing.get_args(kind)
        return [load(item, element) for element in data]
    if origin is dict:
        key, item = typing.get_args(kind)
        return {key(name): load(item, element) for name, element in data.items()}
    if is_dataclass(kind) and isinstance(kind, type):
        hints = typing.get_type_hints(kind)
        known = {f.name for f in fields(kind)}
        return kind(
            **{name: load(hints[name], item) for name, item in data.items() if name in known}
        )
    if kind is datetime:
        return datetime.fromisoformat(data)
    return kind(data)


def write(path: Path, document: dict[str, Any]) -> None:
    """Replace the file in one step: a reader, or a crash in between, never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    partial.replace(path)


def read(path: Path) -> dict[str, Any]:
    """The last snapshot; empty where there is none that can be read."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
