"""Markdown as staff write it, turned into what Telegram takes and what a letter is made of.

Placeholders such as {name} pass through untouched and are filled in afterwards, so that nobody's name is ever read as
Markdown. A link stands in the result as a mark with its place in `links`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from integrations.mail.addresses import NotAnAddress, travelling

PLACEHOLDER = re.compile(r"\{([^\W\d]\w{0,30})\}")
OPENS, CLOSES = "\ue000", "\ue001"  # around a link's place: characters nobody types
LINK = re.compile(f"{OPENS}(\\d+){CLOSES}")
PRIVATE = re.compile(f"[{OPENS}{CLOSES}]")

TELEGRAM = {"strong": "b", "em": "i", "s": "s"}
RULE = "– – –"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """One text in its three forms, with places left for links and placeholders."""

    telegram: str
    html: str
    text: str
    links: tuple[str, ...]  # as written, in order, each once
    pictures: int
    placeholders: frozenset[str]


@lru_cache(maxsize=64)
def marked(source: str) -> Marked:
    tokens = _parser().parse(PRIVATE.sub("", source))
    links: list[str] = []
    pictures = 0
    for token in _flat(tokens):
        pictures += token.type == "image"
        if token.type == "link_open":
            url = str(token.attrGet("href"))
            if url not in links:
                links.append(url)
            token.attrSet("href", f"{OPENS}{links.index(url)}{CLOSES}")
    return Marked(
        telegram=_tidy(_blocks(tokens, _Telegram())),
        html=_parser().renderer.render(tokens, _parser().options, {}).strip(),
        text=_tidy(_blocks(tokens, _Plain())),
        links=tuple(links),
        pictures=pictures,
        placeholders=frozenset(PLACEHOLDER.findall(source)),
    )


def filled(
    template: str, facts: Mapping[str, str], links: Callable[[int], str], *, markup: bool
) -> str:
    """Every place filled in one pass; with `markup` what is put in is escaped."""

    def put(value: str) -> str:
        return escape(value) if markup else value

    with_facts = PLACEHOLDER.sub(
        lambda found: put(facts[found[1]]) if found[1] in facts else found[0], template
    )
    return LINK.sub(lambda found: put(links(int(found[1]))), with_facts)


def is_good_link(url: str) -> bool:
    """https with a host, or a mail address: anything else has no place in a mailing."""
    parts = urlsplit(url)
    if parts.scheme == "mailto":
        try:
            travelling(parts.path)
        except NotAnAddress:
            return False
        return True
    return parts.scheme == "https" and "." in (parts.hostname or "") and "%7B" not in url


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("strikethrough")
    # What a link may be is judged by `is_good_link`, which tells the author; the parser would only drop it.
    parser.validateLink = _any_link  # type: ignore[method-assign]
    return parser


def _any_link(url: str) -> bool:
    return bool(url)


def _flat(tokens: list[Token]) -> list[Token]:
    return [one for token in tokens for one in (token, *_flat(token.children or []))]


class _Telegram:
    """The tags Telegram knows: b, i, s, a, code, pre, blockquote."""

    def text(self, content: str) -> str:
        return escape(content, quote=False)

    def wrapped(self, tag: str, inner: str) -> str:
        name = TELEGRAM.get(tag, tag)
        return f"<{name}>{inner}</{name}>"

    def link(self, href: str, inner: str) -> str:
        return f'<a href="{href}">{inner}</a>'

    def heading(self, inner: str) -> str:
        return f"<b>{inner}</b>"

    def quote(self, inner: str) -> str:
        return f"<blockquote>{inner}</blockquote>"

    def code(self, content: str, *, block: bool) -> str:
        return self.wrapped("pre" if block else "code", self.text(content))


class _Plain(_Telegram):
    """Everything the markup says, in words alone."""

    def text(self, content: str) -> str:
        return content

    def wrapped(self, tag: str, inner: str) -> str:
        return inner

    def link(self, href: str, inner: str) -> str:
        return f"{inner} ({href})"

    def heading(self, inner: str) -> str:
        return inner

    def quote(self, inner: str) -> str:
        return "\n".join(f"> {line}" for line in inner.splitlines())


def _blocks(tokens: list[Token], form: _Telegram) -> str:
    """The blocks, one after another with an empty line between; a list's items a line each."""
    stack: list[list[str]] = [[]]
    numbers: list[int | None] = []
    for token in tokens:
        kind = token.type
        if kind in ("blockquote_open", "list_item_open"):
            stack.append([])
        elif kind in ("bullet_list_open", "ordered_list_open"):
            stack.append([])
            start = int(token.attrGet("start") or 1)
            numbers.append(start if kind == "ordered_list_open" else None)
        elif kind == "list_item_close":
            inner = "\n".join(stack.pop())
            mark = "•" if numbers[-1] is None else f"{numbers[-1]}."
            stack[-1].append(f"{mark} {inner}")
            numbers[-1] = None if numbers[-1] is None else numbers[-1] + 1
        elif kind in ("bullet_list_close", "ordered_list_close"):
            numbers.pop()
            stack[-2].append("\n".join(stack[-1]))
            stack.pop()
        elif kind == "blockquote_close":
            inner = "\n\n".join(stack.pop())
            stack[-1].append(form.quote(inner))
        elif kind == "inline":
            said = _inline(token.children or [], form)
            stack[-1].append(form.heading(said) if _in_heading(tokens, token) else said)
        elif kind in ("fence", "code_block"):
            stack[-1].append(form.code(token.content.rstrip("\n"), block=True))
        elif kind == "hr":
            stack[-1].append(RULE)
    return "\n\n".join(stack[0])


def _in_heading(tokens: list[Token], token: Token) -> bool:
    return tokens[tokens.index(token) - 1].type == "heading_open"


def _inline(children: list[Token], form: _Telegram) -> str:
    opened: list[tuple[str, Any, list[str]]] = [("", None, [])]
    for token in children:
        if token.nesting == 1:
            opened.append((token.tag, token.attrGet("href"), []))
        elif token.nesting == -1:
            tag, href, parts = opened.pop()
            inner = "".join(parts)
            opened[-1][2].append(
                form.link(str(href), inner) if tag == "a" else form.wrapped(tag, inner)
            )
        elif token.type in ("softbreak", "hardbreak"):
            opened[-1][2].append("\n")
        elif token.type == "code_inline":
            opened[-1][2].append(form.code(token.content, block=False))
        else:
            opened[-1][2].append(form.text(token.content))
    return "".join(opened[0][2])


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip()
