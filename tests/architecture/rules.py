"""Rules that need to understand the code: each returns the lines of a syntax tree that break it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from tests.architecture.source import dotted

Rule = Callable[[ast.AST], list[int]]

SQL_STATUS = re.compile(r"UPDATE\s+payments_payment\b.*\bSET\b.*\bstatus\b", re.I | re.S)
SECRET = re.compile(r"signature|digest|hmac|secret|token|password", re.I)
CLOCKS = frozenset(
    {
        "timezone.now",
        "timezone.localdate",
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "datetime.datetime.now",
        "date.today",
    }
)


def vanishing_errors(code: ast.AST) -> list[int]:
    """A broad except neither raises, nor logs the traceback, nor uses what it caught; or any except is empty."""
    return [
        handler.lineno
        for handler in ast.walk(code)
        if isinstance(handler, ast.ExceptHandler)
        and (_is_empty(handler) or (_is_broad(handler) and not _is_answered(handler)))
    ]


def _is_empty(handler: ast.ExceptHandler) -> bool:
    return all(isinstance(part, ast.Pass) for part in handler.body)


def _is_broad(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or dotted(kind) in ("Exception", "BaseException") for kind in kinds)


def _is_answered(handler: ast.ExceptHandler) -> bool:
    inside = [leaf for part in handler.body for leaf in ast.walk(part)]
    text = ast.unparse(handler)
    return (
        any(isinstance(leaf, ast.Raise) for leaf in inside)
        or any(isinstance(leaf, ast.Name) and leaf.id == handler.name for leaf in inside)
        or "exc_info" in text
        or ".exception(" in text
    )


def imports_in_functions(code: ast.AST) -> list[int]:
    return [
        inner.lineno
        for function in ast.walk(code)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def status_writes(code: ast.AST) -> list[int]:
    """A payment's status changed by attribute, update(), bulk_update(), setattr() or SQL."""
    return [
        node.lineno
        for node in ast.walk(code)
        if isinstance(node, ast.expr | ast.stmt) and _writes(node)
    ]


def _writes(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(
            isinstance(target, ast.Attribute)
            and target.attr == "status"
            and "payment" in ast.unparse(target.value).lower()
            for target in targets
        )
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(SQL_STATUS.search(node.value))
    if not isinstance(node, ast.Call):
        return False
    if dotted(node.func) == "setattr":
        return "payment" in ast.unparse(node.args[0]).lower() and "'status'" in ast.unparse(node)
    if not isinstance(node.func, ast.Attribute) or "payment" not in ast.unparse(node.func).lower():
        return False
    if node.func.attr in ("update", "aupdate"):
        return any(keyword.arg == "status" for keyword in node.keywords)
    return node.func.attr == "bulk_update" and "'status'" in ast.unparse(node)


def naive_comparisons(code: ast.AST) -> list[int]:
    """Signatures and secrets compared by == or !=, which tells how many characters were right."""
    return [
        node.lineno
        for node in ast.walk(code)
        if isinstance(node, ast.Compare)
        and any(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops)
        and any(SECRET.search(_last_name(side)) for side in (node.left, *node.comparators))
        and not any(isinstance(side, ast.Constant) for side in (node.left, *node.comparators))
    ]


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    if isinstance(node, ast.Subscript):
        return ast.unparse(node.slice)
    return dotted(node).rpartition(".")[2]


def other_clocks(code: ast.AST) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(code)
        if isinstance(node, ast.Call) and dotted(node.func) in CLOCKS
    ]


def named_channels(code: ast.AST) -> list[int]:
    """A channel of conversations is named: `Channel.X`, where Channel is the one of partners.models."""
    ours = any(
        isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("partners.models")
        and any(alias.name == "Channel" for alias in node.names)
        for node in ast.walk(code)
    )
    return [
        node.lineno
        for node in ast.walk(code)
        if isinstance(node, ast.Attribute)
        and node.attr.isupper()
        and dotted(node.value) in (("Channel",) if ours else ()) + ("models.Channel",)
    ]


def floats(code: ast.AST) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(code)
        if isinstance(node, ast.Call) and dotted(node.func) == "float"
    ]
