#!/usr/bin/env python3
"""systemctl where systemd cannot run (a chroot): what the installer asks of it, done by the unit files' own lines.

Laid into the machine as /usr/local/bin/systemctl. A unit of ours is started as its ExecStart, User, WorkingDirectory
and Environment lines say; a unit of the system's by its old script in /etc/init.d. It does not watch, sandbox or
restart by itself.
"""

from __future__ import annotations

import fnmatch
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

UNITS = Path("/etc/systemd/system")
RUN = Path("/run/stand-in")  # pids of what was started
ENABLED = UNITS / "multi-user.target.wants"
READER = "/opt/provodnik/current/deploy/environment.py"


def unit_text(name: str) -> str:
    whole = UNITS / name
    stem, at, rest = name.partition("@")
    instance = rest.rpartition(".")[0]
    if at and not whole.exists():
        whole = UNITS / f"{stem}@.{name.rpartition('.')[2]}"
    text = whole.read_text()
    prefix = name.rpartition(".")[0]
    return text.replace("%%", "\0").replace("%i", instance).replace("%N", prefix).replace("\0", "%")


def words(text: str, name: str) -> list[str]:
    return [
        word for line in re.findall(rf"^{name}=(.*)$", text, re.MULTILINE) for word in line.split()
    ]


def pid_of(name: str) -> int | None:
    try:
        pid = int((RUN / name).read_text())
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else pid


def start(name: str) -> int:
    script = Path("/etc/init.d") / name.removesuffix(".service")
    if script.exists():
        return subprocess.call([script, "start"], stdout=subprocess.DEVNULL)
    text = unit_text(name)
    if name.endswith(".target"):
        return max((start(one) for one in words(text, "Wants")), default=0)
    if name.endswith(".timer") or pid_of(name) is not None:
        return 0
    runtime = Path("/run") / words(text, "RuntimeDirectory")[0]
    user = words(text, "User")[0]
    runtime.mkdir(exist_ok=True)
    subprocess.run(["chown", f"{user}:{user}", runtime], check=True)
    (file,) = words(text, "EnvironmentFile")
    besides = words(text, "Environment")
    command = words(text, "ExecStart")
    RUN.mkdir(exist_ok=True)
    with (Path("/var/log") / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            ["python3", READER, file, "env", *besides, "runuser", "-u", user, "--", *command],
            cwd=words(text, "WorkingDirectory")[0],
            env={"PATH": os.environ["PATH"], "HOME": "/var/lib/provodnik", "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            umask=int(words(text, "UMask")[0], 8),
        )
    (RUN / name).write_text(str(process.pid))
    time.sleep(1)
    return 0 if pid_of(name) is not None else 1


def stop(name: str) -> int:
    if name.endswith(".target"):
        return max((stop(one) for one in words(unit_text(name), "Wants")), default=0)
    pid = pid_of(name)
    if pid is not None:
        os.killpg(pid, signal.SIGTERM)
        until = time.monotonic() + 30
        while pid_of(name) is not None and time.monotonic() < until:
            time.sleep(0.1)
        if pid_of(name) is not None:
            os.killpg(pid, signal.SIGKILL)
    (RUN / name).unlink(missing_ok=True)
    return 0


def main(arguments: list[str]) -> int:
    options = {word for word in arguments if word.startswith("-")}
    verb, *names = [word for word in arguments if word not in options]
    if verb == "daemon-reload":
        return 0
    if verb == "list-units":
        started = sorted(path.name for path in RUN.glob("*")) if RUN.exists() else []
        found = [one for one in started if fnmatch.fnmatch(one, names[0])]
        sys.stdout.write("".join(f"{one} loaded active running\n" for one in found))
        return 0
    (name,) = names
    if verb == "enable":
        ENABLED.mkdir(parents=True, exist_ok=True)
        if not (ENABLED / name).is_symlink():
            (ENABLED / name).symlink_to(UNITS / name)
        return start(name) if "--now" in options else 0
    if verb == "disable":
        (ENABLED / name).unlink(missing_ok=True)
        return stop(name) if "--now" in options else 0
    if verb == "is-enabled":
        return 0 if (ENABLED / name).exists() else 1
    if verb == "is-active":
        return 0 if RUN.exists() else 3
    if verb == "start":
        return start(name)
    if verb == "stop":
        return stop(name)
    if verb == "restart":
        return stop(name) or start(name)
    if verb in ("reload", "reload-or-restart"):
        script = Path("/etc/init.d") / name.removesuffix(".service")
        return subprocess.call([script, "reload"], stdout=subprocess.DEVNULL)
    sys.stderr.write(f"the stand-in knows no {verb}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
