#!/usr/bin/env python3
"""Run a command with the settings of /etc/provodnik/environment, read as systemd reads them for the processes.

    environment.py FILE COMMAND [ARGUMENT …]   run it; PATH, HOME and LANG are kept, nothing else of this shell
    environment.py FILE --get NAME             print one value (nothing where it is not set)
    environment.py FILE --names                print the names that are set

Never `source` that file in a shell: a value may hold $, quotes and spaces, which mean something else there.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

KEPT = ("PATH", "HOME", "LANG")
# As in the units: the file may say otherwise.
DEFAULTS = {
    "DJANGO_SETTINGS_MODULE": "project.settings.production",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
}
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
UNESCAPED = '"\\`$'  # what a backslash takes the meaning of within double quotes


def parsed(text: str) -> dict[str, str]:
    """Names and values, the last one of a name. Lines that are no assignment are skipped, as systemd skips them."""
    found: dict[str, str] = {}
    at = 0
    text = text.replace("\r", "\n")
    while at < len(text):
        at = _past_blank(text, at)
        if text[at : at + 1] in ("#", ";"):
            at = _line_end(text, at)
            continue
        equals, end = text.find("=", at), _line_end(text, at)
        if equals == -1 or equals > end:
            at = end + 1
            continue
        name = text[at:equals].rstrip()
        value, at = _value(text, equals + 1)
        if NAME.fullmatch(name):
            found[name] = value
    return found


def _past_blank(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end == -1 else end


def _value(text: str, at: int) -> tuple[str, int]:
    """The value that begins at `at`, and where its line ends. Quotes count only before the first bare character."""
    value = ""
    kept = 0  # characters that trailing white space may not take
    bare = False
    while at < len(text) and text[at] != "\n":
        sign = text[at]
        if sign == "\\":
            escaped = text[at + 1 : at + 2]
            value += escaped.replace("\n", "")
            kept, bare, at = len(value), True, at + 2
        elif not bare and sign in "'\"":
            quoted, at = _quoted(text, at)
            value += quoted
            kept = len(value)
        else:
            if bare or sign not in " \t":
                value += sign
                bare = True
            if sign not in " \t":
                kept = len(value)
            at += 1
    return value[:kept], at


def _quoted(text: str, at: int) -> tuple[str, int]:
    """The words between the quote at `at` and the next of its kind (or the end), and what comes after it."""
    quote, value, at = text[at], "", at + 1
    while at < len(text) and text[at] != quote:
        if text[at] == "\\" and quote == '"':
            escaped = text[at + 1 : at + 2]
            value += escaped if escaped in UNESCAPED else f"\\{escaped}".replace("\\\n", "")
            at += 2
        else:
            value += text[at]
            at += 1
    return value, at + 1


def main(arguments: list[str]) -> int:
    if len(arguments) < 2:
        sys.stderr.write(__doc__ or "")
        return 2
    file, *command = arguments
    values = parsed(Path(file).read_text(encoding="utf-8"))
    if command[0] == "--names":
        sys.stdout.write("".join(f"{name}\n" for name in values))
    elif command[0] == "--get":
        sys.stdout.write(f"{values.get(command[1], '')}\n")
    else:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        os.execvpe(command[0], command, {**DEFAULTS, **kept, **values})  # noqa: S606  (that is its purpose)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
