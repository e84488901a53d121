"""The Dockerfile's own steps, one after another, each stage in a room of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from devtools import places
from tests.prove import rooms
from tests.prove.rooms import Room, Unprovable
from tests.support import dockerfile
from tests.support.dockerfile import Step

SUITE = "trixie"  # debian:13
CERTIFICATES = "/run/this-machine/certificates.crt"
START = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
SAID = {"LABEL", "EXPOSE", "VOLUME", "STOPSIGNAL", "HEALTHCHECK", "CMD"}


@dataclass
class Built:
    """The last stage: where it stands, and what it says about running it."""

    room: Room
    variables: dict[str, str] = field(default_factory=dict)
    user: str = "root"
    folder: str = "/"
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)


@contextmanager
def built(work: Path, base: Path) -> Iterator[Built]:
    text = (places.ROOT / "Dockerfile").read_text(encoding="utf-8")
    known: dict[str, Built] = {}
    with ExitStack() as opened:
        for number, stage in enumerate(dockerfile.stages(text)):
            before = known.get(stage.base)
            lower = before.room.layers if before else (base,)
            folder = work / f"stage-{number}"
            room = opened.enter_context(rooms.room(folder, *lower))
            one = Built(room, dict(before.variables if before else START))
            print(f"FROM {stage.base} AS {stage.name or '(the image)'}")
            for step in stage.steps:
                walk(one, step, known)
            known[stage.name] = one
        yield one


def debian(work: Path, mirror: str) -> Path:
    """A clean Debian as an engine's image of it would be; made once."""
    base = work.parent / f"debian-{SUITE}"
    if base.exists():
        return base
    new = base.with_name(f"{base.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    command = ["debootstrap", "--variant=minbase", SUITE, str(new), mirror]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unprovable(f"debootstrap: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    lists = [f"deb {mirror} {suite} main" for suite in (SUITE, f"{SUITE}-updates")]
    lists.append(f"deb {mirror.rstrip('/')}-security {SUITE}-security main")
    (new / "etc" / "apt" / "sources.list").write_text("\n".join(lists) + "\n")
    shutil.rmtree(new / "var" / "cache" / "apt" / "archives", ignore_errors=True)
    (new / "etc" / "hosts").write_text("127.0.0.1 localhost\n")
    new.rename(base)
    return base


def walk(one: Built, step: Step, known: dict[str, Built]) -> None:
    started, before = time.monotonic(), rooms.size(one.room.upper)
    rest = expanded(step.rest, one.variables)
    match step.word:
        case "RUN":
            run(one, rest)
        case "COPY":
            copy(one, Step("COPY", rest).words, known)
        case "ENV" | "ARG":
            for word in Step("ENV", rest).words:
                name, _, value = word.partition("=")
                one.variables[name] = value
        case "WORKDIR":
            one.folder = rest
            (one.room.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
        case "USER":
            one.user = rest
        case "CMD":
            one.command = step.words
        case "VOLUME":
            one.volumes = step.words
        case "HEALTHCHECK":
            one.health = Step("CMD", rest.partition(" CMD ")[2]).words
        case other if other not in SAID:
            raise Unprovable(f"the Dockerfile has {other}, which this proof does not know")
    if step.word in ("RUN", "COPY"):
        seconds = time.monotonic() - started
        grown = rooms.size(one.room.upper) - before
        print(f"  {seconds:6.1f} s {grown:7.1f} MB  {step.word} {step.rest[:90]}")


def expanded(text: str, variables: dict[str, str]) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda found: variables.get(found[1], ""), text)


def run(one: Built, command: str) -> None:
    """With this machine's network, and its way to packages handed on for this one step."""
    root = one.room.root
    variables = {**one.variables, **rooms.handed_on()}
    shared = root / "run" / "this-machine"
    shared.mkdir(parents=True, exist_ok=True)
    resolver = root / "etc" / "resolv.conf"
    kept = resolver.read_bytes() if resolver.exists() else None
    resolver.write_bytes(Path("/etc/resolv.conf").read_bytes())
    if certificates := variables.get("SSL_CERT_FILE"):
        shutil.copyfile(certificates, root / CERTIFICATES.lstrip("/"))
        variables |= {"SSL_CERT_FILE": CERTIFICATES, "PIP_CERT": CERTIFICATES}
    try:
        done = subprocess.run(
            rooms.inside(root, ["/bin/sh", "-c", command], folder=one.folder),
            env={**variables, "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    finally:
        shutil.rmtree(shared)
        if kept is not None:
            resolver.write_bytes(kept)
        else:
            resolver.unlink()
    if done.returncode:
        raise AssertionError(f"RUN {command}\nended with {done.returncode}:\n{done.stdout[-4000:]}")


def copy(one: Built, words: list[str], known: dict[str, Built]) -> None:
    """From another stage, or from what .dockerignore lets in of this folder. A folder gives what is in it."""
    source: Path | None = None
    if words[0].startswith("--from="):
        source = known[words.pop(0).removeprefix("--from=")].room.root
    *names, target = words
    place = one.room.root / (Path(one.folder) / target).as_posix().lstrip("/")
    for name in names:
        if source is None:
            copy_context(Path(name), place, into=target.endswith("/"))
            continue
        origin = source / name.lstrip("/")
        if origin.is_dir():
            place.mkdir(parents=True, exist_ok=True)
            _cp(f"{origin}/.", place)
        else:
            place.mkdir(parents=True, exist_ok=True)
            _cp(str(origin), place)


def copy_context(name: Path, place: Path, *, into: bool) -> None:
    for file in dockerfile.context(places.ROOT):
        if name in (Path("."), *file.parents):
            target = place / file.relative_to(name)
        elif file == name:
            target = place / file.name if into else place
        else:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(places.ROOT / file, target)


def _cp(origin: str, place: Path) -> None:
    subprocess.run(["cp", "-a", origin, str(place)], check=True)
