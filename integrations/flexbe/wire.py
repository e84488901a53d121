"""Flexbe's calls: a form whose names nest the way PHP writes them, `data[client][name]=…`.

An array of PHP is an ordered map, so here every level is a dict of texts and dicts; `name[]` takes the next number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import parse_qsl

from integrations.errors import CallbackMalformed
from integrations.foreign import keepable

MOST_FIELDS = 500
DEEPEST = 8  # names of one path
LEAD, PAY = "lead", "pay"

Tree: TypeAlias = "dict[str, str | Tree]"

_NESTED = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])+)")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")


def read(body: bytes) -> Tree:
    """The call as a tree; where two fields contradict each other the later one holds.

    Raises CallbackMalformed for no fields, too many of them, too deep a name and what is not UTF-8.
    """
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise CallbackMalformed("not a form in UTF-8, or too many fields") from None
    tree: Tree = {}
    for name, value in pairs:
        _put(tree, _path(keepable(name)), keepable(value))
    if not tree:
        raise CallbackMalformed("no fields")
    return tree


def _path(name: str) -> list[str]:
    """`a[b][]` is a, b and the next number (""); a name whose brackets make no sense is one plain name."""
    nested = _NESTED.fullmatch(name)
    if nested is None:
        return [name]
    path = [nested[1], *nested[2][1:-1].split("][")]
    if len(path) > DEEPEST:
        raise CallbackMalformed("nested too deeply")
    return path


def _put(tree: Tree, path: list[str], value: str) -> None:
    for name in path[:-1]:
        inside = tree.get(name or _next(tree))
        if not isinstance(inside, dict):
            inside = {}
            tree[name or _next(tree)] = inside
        tree = inside
    tree[path[-1] or _next(tree)] = value


def _next(tree: Tree) -> str:
    """The number `[]` takes: one more than the largest there is."""
    return str(max((int(name) for name in tree if _NUMBER.fullmatch(name)), default=-1) + 1)


def at(tree: Tree, *path: str) -> str:
    """The text at that place, stripped; "" where there is none."""
    value: str | Tree | None = tree
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value.strip() if isinstance(value, str) else ""


def branch(tree: Tree, *path: str) -> Tree:
    """What nests there; nothing where a text stands, or nothing."""
    value: str | Tree | None = tree
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def texts(value: str | Tree) -> Iterator[str]:
    """Every text inside, in the order received."""
    if isinstance(value, str):
        yield value
        return
    for inside in value.values():
        yield from texts(inside)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """`status`: 0 waits, 1 is being made, 2 paid, 3 error; `total` as Flexbe writes it."""

    status: str
    total: str
    about: str
    is_test: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadCall:
    """One call about one lead; `answers` are the form's fields: what was asked, what was said."""

    event: str
    site: str
    domain: str
    lead: str
    number: str
    name: str
    phone: str
    email: str
    note: str
    form: str
    page: str
    answers: tuple[tuple[str, str], ...] = ()
    products: tuple[str, ...] = ()
    utm: dict[str, str] = field(default_factory=dict)
    pay: Pay | None = None


def call_of(body: bytes) -> LeadCall:
    """Raises CallbackMalformed where `read` does; a field that is missing is empty."""
    tree = read(body)
    data = branch(tree, "data")
    return LeadCall(
        event=at(tree, "event"),
        site=at(tree, "site", "id"),
        domain=host(at(tree, "site", "domain")),
        lead=at(data, "id"),
        number=at(data, "num"),
        name=at(data, "client", "name"),
        phone=at(data, "client", "phone"),
        email=at(data, "client", "email"),
        note=at(data, "note"),
        form=at(data, "form_name"),
        page=at(data, "page", "url"),
        answers=tuple(_answers(branch(data, "form_data"))),
        products=tuple(_titles(branch(data, "products"))),
        utm={name: at(data, "utm", name) for name in branch(data, "utm") if at(data, "utm", name)},
        pay=_pay(branch(data, "pay")),
    )


def host(text: str) -> str:
    """A domain in small letters and ASCII, as it travels; of an address its host."""
    bare = text.strip().lower().rpartition("://")[2].partition("/")[0].rstrip(".")
    try:
        return bare.encode("idna").decode()
    except UnicodeError:
        return bare


def shown(domain: str) -> str:
    """A domain as people write it."""
    try:
        return domain.encode().decode("idna")
    except UnicodeError:
        return domain


def _answers(form: Tree) -> Iterator[tuple[str, str]]:
    """`form_data` has no documented shape: `field_1: {name, value}`, or the value alone."""
    for key, value in form.items():
        if isinstance(value, dict):
            title = at(value, "name") or at(value, "title") or key
            said = texts(value["value"]) if "value" in value else texts(value)
        else:
            title, said = key, texts(value)
        words = ", ".join(one.strip() for one in said if one.strip())
        if words:
            yield title, words


def _titles(products: Tree) -> Iterator[str]:
    for value in products.values():
        title = value if isinstance(value, str) else at(value, "title") or at(value, "name")
        if title.strip():
            yield title.strip()


def _pay(pay: Tree) -> Pay | None:
    if not pay:
        return None
    return Pay(
        status=at(pay, "status", "code"),
        total=at(pay, "summ"),
        about=at(pay, "desc"),
        is_test=at(pay, "test") not in ("", "0", "false"),
    )
