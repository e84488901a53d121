"""Keeps `locale/` in step with the sources: `./dev messages` writes, `./dev check messages` reads.

Russian is the source language, so its catalogue holds only what a key cannot say: the three forms
of a plural. Every other language holds every message. The compiled `.mo` files are committed: an
installation then needs no compiler and no step that could be forgotten.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import polib

from devtools import places
from devtools.messages import Message, in_sources

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE_LANGUAGE = "ru"
PLURAL_FORMS = {
    "en": "nplurals=2; plural=(n != 1);",
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 &&"
    " (n%100<10 || n%100>=20) ? 1 : 2);",
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def main(arguments: list[str]) -> int:
    found = in_sources(places.ROOT)
    problems = 0
    for language in PLURAL_FORMS:
        catalogue = Catalogue(language, places.ROOT, found)
        if "--check" not in arguments:
            catalogue.write()
        for problem in catalogue.problems():
            sys.stdout.write(f"{catalogue.file.relative_to(places.ROOT)}: {problem}\n")
            problems += 1
    return min(problems, 1)


class Catalogue:
    """One language: what it needs to say, and what its file says."""

    def __init__(self, language: str, root: Path, found: dict[Message, list[str]]) -> None:
        self.language = language
        self.forms = int(PLURAL_FORMS[language][len("nplurals=")])
        self.file = root / "locale" / language / "LC_MESSAGES" / "django.po"
        self.needed = {message: files for message, files in found.items() if self._needs(message)}

    def write(self) -> None:
        """Add what is new with no translation, drop what is gone, keep the rest; then compile."""
        known = self._known()
        catalogue = polib.POFile(wrapwidth=96)
        catalogue.metadata = {
            "Language": self.language,
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Plural-Forms": PLURAL_FORMS[self.language],
        }
        for message, files in sorted(self.needed.items(), key=lambda item: (item[1], item[0])):
            entry = known.get(message) or self._empty(message)
            entry.occurrences = [(name, "") for name in files]
            catalogue.append(entry)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(self.file))
        self.file.with_suffix(".mo").write_bytes(catalogue.to_binary())

    def problems(self) -> Iterator[str]:
        """Everything that a reader of this language would notice."""
        known = self._known()
        for message in self.needed:
            entry = known.pop(message, None)
            if entry is None:
                yield f"lacks {message.text!r}; ./dev messages adds it"
            elif entry.fuzzy or not self._is_complete(entry):
                yield f"has no translation of {message.text!r}"
            elif odd := odd_placeholders(entry):
                yield f"names other values than {message.text!r}: {odd}"
        for message in known:
            yield f"keeps {message.text!r}, which nothing says; ./dev messages drops it"
        compiled = self.file.with_suffix(".mo")
        if not compiled.exists() or compiled.read_bytes() != self._read().to_binary():
            yield "is not compiled; ./dev messages does it"

    def _is_complete(self, entry: polib.POEntry) -> bool:
        texts = translations(entry)
        return all(texts) and len(texts) == (self.forms if entry.msgid_plural else 1)

    def _needs(self, message: Message) -> bool:
        return self.language != SOURCE_LANGUAGE or bool(message.plural)

    def _known(self) -> dict[Message, polib.POEntry]:
        entries = (entry for entry in self._read() if not entry.obsolete)
        return {
            Message(entry.msgid, entry.msgid_plural, entry.msgctxt or ""): entry
            for entry in entries
        }

    def _read(self) -> polib.POFile:
        return polib.pofile(str(self.file)) if self.file.exists() else polib.POFile()

    def _empty(self, message: Message) -> polib.POEntry:
        context = message.context or None
        entry = polib.POEntry(msgid=message.text, msgid_plural=message.plural, msgctxt=context)
        if message.plural:
            entry.msgstr_plural = dict.fromkeys(range(self.forms), "")
        return entry


def translations(entry: polib.POEntry) -> list[str]:
    """One text, or one for each plural form."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def odd_placeholders(entry: polib.POEntry) -> str:
    """A translation must name the same values: another name is an error while a page is shown."""
    wanted = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    named = {name for text in translations(entry) for name in PLACEHOLDER.findall(text)}
    return ", ".join(sorted(named ^ wanted))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
