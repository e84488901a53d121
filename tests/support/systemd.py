"""systemd's part in an upgrade, played over real processes: `systemctl` on PATH, units as they are written.

What is played: Environment=, EnvironmentFile= (which wins), WorkingDirectory=, Type=notify with its socket,
Restart=always after RestartSec=, KillMode=mixed (the main process hears SIGTERM; after TimeoutStopSec= its group is
killed), names with instances, the target. What is not: users, sandboxing, watchdogs and timers.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path
from typing import Self

STARTS_WITHIN = 90.0  # seconds, as DefaultTimeoutStartSec=
COMMAND = """#!{python} -IS
import json, socket, sys
link = socket.socket(socket.AF_UNIX)
link.connect("\\0" + {place!r})
link.sendall(json.dumps(sys.argv[1:]).encode())
link.shutdown(socket.SHUT_WR)
code, text = json.loads(link.makefile().read())
sys.stdout.write(text)
sys.exit(code)
"""


class Service:
    """One unit and its processes."""

    def __init__(self, name: str, manager: Manager) -> None:
        self.name, self.manager = name, manager
        self.state = "inactive"
        self.deaths = 0  # how often it ended without being told to
        self.process: subprocess.Popen[bytes] | None = None
        self.log = manager.folder / f"{name}.log"
        self._lock = threading.RLock()
        self._stopping = threading.Event()

    def start(self) -> bool:
        with self._lock:
            if self.state == "active":
                return True
            self._stopping.clear()
            return self._launch()

    def stop(self) -> None:
        with self._lock:
            self._stopping.set()
            process, self.process = self.process, None
            if process is None:
                return
            self.state = "deactivating"
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(float(self._one("TimeoutStopSec", "90")))
            self._end_group(process)
            self.state = "inactive"

    def restart(self) -> bool:
        with self._lock:
            self.stop()
            return self.start()

    def _launch(self) -> bool:
        self._unit = self.manager.unit(self.name)
        self.state = "activating"
        env = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(self.manager.folder)}
        for line in self._unit.get("Environment", []):
            env |= dict(word.split("=", 1) for word in shlex.split(line))
        for file in self._unit.get("EnvironmentFile", []):
            env |= environment_file(Path(file))
        ready = threading.Event()
        with contextlib.ExitStack() as cleaning:
            if self._one("Type", "simple") == "notify":
                env["NOTIFY_SOCKET"] = self._listen(ready)
            else:
                ready.set()
            output = cleaning.enter_context(self.log.open("ab"))
            process = subprocess.Popen(
                shlex.split(self._one("ExecStart")),
                env=env,
                cwd=self._one("WorkingDirectory"),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.process = process
        until = time.monotonic() + STARTS_WITHIN
        while not ready.wait(0.05) and process.poll() is None and time.monotonic() < until:
            pass
        if not ready.is_set():
            self._end_group(process)
            self.process, self.state = None, "failed"
            return False
        self.state = "active"
        threading.Thread(target=self._watch, args=(process,), daemon=True).start()
        return True

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """Restart=always."""
        process.wait()
        if self._stopping.is_set():
            return
        self.deaths += 1
        self.state = "activating"
        if self._stopping.wait(float(self._one("RestartSec", "0.1"))):
            return
        with self._lock:
            if self.process is process and not self._stopping.is_set():
                self._end_group(process)
                self._launch()

    def _listen(self, ready: threading.Event) -> str:
        place = f"{self.manager.place}-{uuid.uuid4().hex[:8]}"
        link = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        link.bind(f"\0{place}")

        def hear() -> None:
            with link:
                link.settimeout(1)
                while not self._stopping.is_set():
                    with contextlib.suppress(TimeoutError):
                        if b"READY=1" in link.recv(4096):
                            ready.set()

        threading.Thread(target=hear, daemon=True).start()
        return f"@{place}"

    def _one(self, name: str, default: str = "") -> str:
        return self._unit.get(name, [default])[-1]

    @staticmethod
    def _end_group(process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Manager:
    """`units` is where the unit files stand; `moved` are the folders they name and where those are here."""

    def __init__(self, folder: Path, *, units: Path, moved: Mapping[str, str]) -> None:
        self.folder, self.units = folder, units
        self.moved = {**moved, "/run/": f"{folder}/run/"}
        self.services: dict[str, Service] = {}
        self.asked: list[list[str]] = []  # what systemctl was called with
        self.bin = folder / "bin"
        for made in (self.bin, folder / "run"):
            made.mkdir(parents=True)
        self._door = socket.socket(socket.AF_UNIX)
        self.place = f"provodnik-{uuid.uuid4().hex}"  # not of the file system: a path may be too long for a socket

    def __enter__(self) -> Self:
        self._door.bind(f"\0{self.place}")
        self._door.listen()
        threading.Thread(target=self._serve, daemon=True).start()
        command = self.bin / "systemctl"
        command.write_text(COMMAND.format(python=sys.executable, place=self.place))
        command.chmod(0o755)
        return self

    def __exit__(self, *_: object) -> None:
        self._door.close()
        self._each(self.services.values(), "stop")

    def unit(self, name: str) -> dict[str, list[str]]:
        """The settings of a unit, with its instance and folders put in."""
        stem, kind = name.rsplit(".", 1)
        template, _, instance = stem.partition("@")
        file = self.units / (f"{template}@.{kind}" if instance else name)
        text = file.read_text()
        for folder, here in self.moved.items():
            text = re.sub(rf"(?<![\w/]){re.escape(folder)}", here, text)
        for mark, value in (("%i", instance), ("%N", stem), ("%n", name), ("%%", "%")):
            text = text.replace(mark, value)
        found: dict[str, list[str]] = {}
        for line in text.splitlines():
            key, is_setting, value = line.partition("=")
            if is_setting and key.isalpha():
                found.setdefault(key, []).append(value)
        for made in found.get("RuntimeDirectory", []):
            (self.folder / "run" / made).mkdir(exist_ok=True)
        return found

    def service(self, name: str) -> Service:
        return self.services.setdefault(name, Service(name, self))

    def pids(self, name: str) -> list[int]:
        """The main process and whatever is of its group."""
        process = self.services[name].process
        if process is None:
            return []
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ProcessLookupError):
                if entry.name.isdigit() and os.getpgid(int(entry.name)) == process.pid:
                    found.append(int(entry.name))
        return found

    def systemctl(self, arguments: list[str]) -> tuple[int, str]:
        """What the command answers: its exit code and its text."""
        self.asked.append(arguments)
        words = [word for word in arguments if not word.startswith("-")]
        verb, patterns = (words[0], words[1:]) if words else ("list-units", [])
        if verb in ("start", "stop", "restart", "try-restart"):
            chosen = list(self._matching(patterns, also_new=verb in ("start", "restart")))
            return (0, "") if self._each(chosen, verb.removeprefix("try-")) else (1, "")
        if verb == "is-active":
            states = [self._state(_full(one)) for one in patterns]
            said = "" if "--quiet" in arguments or "-q" in arguments else "\n".join(states) + "\n"
            return (0 if "active" in states else 3), said
        if verb == "list-units":
            patterns = patterns or ["*"]
            return 0, "".join(
                f"{one.name} loaded {one.state} running {one.name}\n"
                for one in self.services.values()
                if one.state != "inactive" and any(fnmatch(one.name, _full(p)) for p in patterns)
            )
        if verb in ("daemon-reload", "enable", "reload", "reset-failed", "is-system-running"):
            return 0, ""
        return 1, f"the stand-in knows no {verb}\n"

    def _state(self, name: str) -> str:
        """A target's, too: it is up where anything of it is."""
        if name.endswith(".target"):
            states = {one.state for one in self.services.values()}
            return "active" if "active" in states else "inactive"
        return self.services[name].state if name in self.services else "inactive"

    def _matching(self, patterns: Iterable[str], *, also_new: bool) -> Iterable[Service]:
        for pattern in map(_full, patterns):
            if pattern.endswith(".timer"):
                continue
            if pattern.endswith(".target") or "*" in pattern:
                mask = "provodnik-*" if pattern.endswith(".target") else pattern
                yield from [one for one in self.services.values() if fnmatch(one.name, mask)]
            elif also_new or pattern in self.services:
                yield self.service(pattern)

    @staticmethod
    def _each(services: Iterable[Service], what: str) -> bool:
        """All of one call at once, as systemd does."""
        with ThreadPoolExecutor(max_workers=16) as pool:
            done = list(pool.map(lambda one: getattr(one, what)(), services))
        return all(one is not False for one in done)

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(link,), daemon=True).start()

    def _answer(self, link: socket.socket) -> None:
        with link, link.makefile() as heard:
            answer = self.systemctl(json.loads(heard.read()))
            with contextlib.suppress(BrokenPipeError):
                link.sendall(json.dumps(answer).encode())


def environment_file(file: Path) -> dict[str, str]:
    """NAME=value lines as systemd reads them."""
    lines = (line.strip() for line in file.read_text().splitlines())
    pairs = (line.split("=", 1) for line in lines if line and line[0] not in "#;")
    return {
        name: "".join(shlex.split(value)) if value[:1] in "\"'" else value for name, value in pairs
    }


def _full(name: str) -> str:
    return name if re.search(r"\.(service|timer|target|\*)$", name) else f"{name}.service"
