"""docs/deploy.md and its twin name nothing that is not there: commands, flags, files, units, variables, pages."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, get_commands, load_command_class

from devtools.configuration import sections
from tests.prove import guide, move

ROOT = settings.BASE_DIR
GUIDES = ("docs/deploy.md", "docs/ru/deploy.md")
PAGES = sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md"))
LINKED = ["README.md", "README.ru.md", "CONTRIBUTING.md", "SECURITY.md", *PAGES]
# A block that tests/prove/guide.py leaves out: nobody types it, or tests/prove/move.py does.
ELSEWHERE = re.compile(r"<!-- (needs a real server|on the [a-z' ]+) -->\s*$")
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
MANAGED = re.compile(  # as far as the shell's own signs
    r'(?:python manage\.py|manage\.py|provodnik) ([a-z_]+)((?: (?:"[^"]*"|[^|;&>`\n"])*)?)'
)
UNIT = re.compile(
    r"\bprovodnik-(?:web|worker|mailer|beat|bot)[a-z-]*(?:@\w+)?(?:\.(?:service|timer))?\b"
)
MADE_THERE = re.compile(r"deploy/(?:\.env|secrets(?:/.*)?$)")  # by deploy/secrets.sh, on the server
STANDS_FOR = {"N": "1", "TELEGRAM_ID": "1", "FILE": "/identity.txt"}
# Words in capitals with a line between them that are no variables of ours.
OTHER_NAMES = {"TELEGRAM_ID", "NAME_FILE", "ON_ERROR_STOP"}


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str) -> list[str]:
    """What stands between ``` and ```, without the blanks of a list it stands in."""
    return [
        "".join(line.removeprefix(found[1]) for line in found[3].splitlines(keepends=True))
        for found in BLOCK.finditer(read(page))
    ]


def consoles(page: str) -> list[tuple[bool, str]]:
    """Blocks of commands; whether each runs anywhere, or on a real server only."""
    text = read(page)
    return [
        (not ELSEWHERE.search(text[: found.start()]), found[3])
        for found in BLOCK.finditer(text)
        if found[2] == "console"
    ]


def spans(page: str) -> list[str]:
    """Pieces of code within sentences."""
    return re.findall(r"`([^`\n]+)`", BLOCK.sub("", read(page)))


def managed(page: str) -> list[tuple[str, list[str]]]:
    """Management commands that a page tells to type, with their arguments."""
    lines = [
        line.strip().removeprefix("# ").removeprefix("$ ")
        for _anywhere, block in consoles(page)
        for line in block.splitlines()
    ]
    found = [MANAGED.match(text) for text in [*lines, *spans(page)]]
    return [
        (match[1], [STANDS_FOR.get(word, word) for word in shlex.split(match[2])])
        for match in found
        if match and not re.search(r"[…\[\]]", match[2])
    ]


def typed(page: str) -> list[tuple[str, list[str]]]:
    """Without those that are only spoken of: a bare name within a sentence, or somebody else's page."""
    return [(name, words) for name, words in managed(page) if words or page in GUIDES]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_takes_what_it_is_given(page):
    known = get_commands()
    wrong = []
    for name, words in typed(page):
        parser = load_command_class(known[name], name).create_parser("manage.py", name)
        try:
            parser.parse_args(words)
        except CommandError as error:
            wrong.append(f"{name} {' '.join(words)}: {error}")
    assert wrong == []


@pytest.mark.parametrize("page", GUIDES)
def test_the_guide_gives_commands_at_all(page):
    names = Counter(name for name, _words in managed(page))
    assert names.keys() >= {"doctor", "restore", "show_call", "addstatictoken"}
    assert {True, False} == {anywhere for anywhere, _block in consoles(page)}
    assert all(re.match(r" *# ", block) for _anywhere, block in consoles(page))


@pytest.mark.parametrize("page", PAGES)
def test_every_file_of_deploy_is_there(page):
    named = {name.rstrip(".") for name in re.findall(r"\bdeploy/[\w./@*-]+", read(page))}
    ours = sorted(name for name in named if not MADE_THERE.match(name))
    assert [name for name in ours if not list(ROOT.glob(name.rstrip("/")))] == []


@pytest.mark.parametrize("page", GUIDES)
def test_every_script_knows_its_options(page):
    asked = re.findall(r"deploy/(\w+\.sh)((?: [^\n`|]*)?)", read(page))
    unknown = [
        f"{script} {option}"
        for script, words in asked
        for option in re.findall(r"(?<!\S)--[a-z-]+", words)
        if f"{option})" not in read(f"deploy/{script}")
        and f"{option} |" not in read(f"deploy/{script}")
    ]
    assert unknown == []


@pytest.mark.parametrize("page", PAGES)
def test_every_unit_is_one_of_ours(page):
    target = read("deploy/systemd/provodnik.target")
    kinds = {path.name.split(".")[0].rstrip("@") for path in (ROOT / "deploy/systemd").iterdir()}
    named = {re.sub(r"\.(?:service|timer)$", "", name) for name in UNIT.findall(read(page))}
    assert sorted(name for name in named if name.split("@")[0] not in kinds) == []
    if page in GUIDES:
        assert [name for name in sorted(named) if not re.search(rf"{name}\b", target)] == []


@pytest.mark.parametrize("page", GUIDES)
def test_every_variable_is_explained(page):
    ours = {one.name for part in sections(read(".env.example")) for one in part.variables}
    named = set(re.findall(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", read(page)))
    scripts = {name for name in named if name.startswith("PROVODNIK_")}
    named = {name.removesuffix("_FILE") for name in named - OTHER_NAMES - scripts}
    assert sorted(named - ours) == []
    assert [name for name in scripts if name not in read("deploy/common.sh")] == []


@pytest.mark.parametrize("page", LINKED)
def test_every_link_leads_somewhere(page):
    text = BLOCK.sub("", read(page))
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        place, _sign, anchor = link.partition("#")
        target = (ROOT / page).parent / place if place else ROOT / page
        if "://" in link or link.startswith("mailto:"):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings, and those set by hand."""
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    seen: Counter[str] = Counter()
    found = set(re.findall(r'<a (?:id|name)="([^"]+)"', text))
    for heading in re.findall(r"^#{1,6} (.+)$", text, re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def test_each_block_of_another_machine_is_typed_by_a_proof():
    marked = Counter(re.findall(r"<!-- (on the [a-z' ]+) -->", read("docs/deploy.md")))
    ours = Counter(where for where, _block in guide.blocks(*move.PLACES))
    assert marked == ours
    assert marked.keys() == set(move.PLACES)


def shape(page: str) -> list[str]:
    """Headings by their level, lists by their marks, rows of tables, and what is left out, in order."""
    text = BLOCK.sub("```", read(page))
    marks = re.findall(r"^ *(#{2,4}|\||- \[ \]|\* |\d+\. |```|<!--)", text, re.MULTILINE)
    return [re.sub(r"\d+", "1", mark) for mark in marks]


def test_the_guides_are_twins():
    english, russian = GUIDES
    assert shape(english) == shape(russian)
    assert blocks(english) == blocks(russian)
    assert Counter(map(repr, managed(english))) == Counter(map(repr, managed(russian)))
