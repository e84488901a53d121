"""What the image holds and how the containers are shut in, by the engine's own word and tried from inside."""

from __future__ import annotations

import json
import re

from devtools import console
from tests.prove.engine import ADDRESS, NEIGHBOUR
from tests.prove.hands import expect
from tests.prove.stack import SOURCE, Seen, Stack

USER = "10001:10001"
INSIDE = """
python3 --version && pg_dump --version && pg_restore --version && psql --version || exit 1
id -gn 10001 >/dev/null && getent group 10001 || { echo 'its group has no name'; exit 1; }
echo "$(find /app /venv -name '*.pyc' | wc -l) compiled files"
if command -v pip; then echo 'an installer is left in it'; exit 1; fi
if find /app /venv -user 10001 | grep .; then echo 'it may write to its own code'; exit 1; fi
if find /app /venv ! -perm -o=r ! -type l | grep .; then echo 'it may not read its own code'; exit 1; fi
if find /app -path '*sandbox*' | grep .; then echo 'the sandbox is in it'; exit 1; fi
"""
# What the engine itself puts before it locks the root: places to mount at.
MOUNTED_AT = re.compile(
    r"[AC] /(run|run/secrets(/\w+)?|usr|usr/sbin|s?bin|(usr/)?sbin/docker-init)"
)
SECRET = re.compile(r"[A-Za-z0-9]{24,}")


class Shut:
    def __init__(self, stack: Stack) -> None:
        self.stack, self.inside = stack, stack.inside

    def weighs(self) -> None:
        run = ("run", "--rm", "--user", "0", "--network", "none", "provodnik")
        said = self.inside.docker(*run, "/bin/sh", "-c", INSIDE)
        console.say(f"   {', '.join(said.split(chr(10))).rstrip(', ')}")
        shown = ("image", "inspect", "--format", "{{.Size}}", "provodnik", "debian:13-slim")
        whole, base = (int(size) / 1e6 for size in self.inside.docker(*shown).split())
        console.say(f"   the image {whole:.0f} MB, {base:.0f} of them Debian, of these layers:")
        history = ("history", "--human=false", "--format", "{{.Size}}\t{{.CreatedBy}}", "provodnik")
        for line in self.inside.docker(*history).splitlines():
            size, _, made = line.partition("\t")
            if int(size) > 1e6:
                console.say(f"   {int(size) / 1e6:5.0f} MB  {made[:80]}")

    def is_shut_in(self) -> None:
        for name, one in self.stack.inspect().items():
            wrong = faults(name, one)
            expect(not wrong, f"{name}: {'; '.join(wrong)}")
            changed = self.inside.docker("diff", one["Id"]).splitlines()
            written = [line for line in changed if not MOUNTED_AT.fullmatch(line)]
            expect(not written, f"{name} has written to its root: {written}")
        for name in self.stack.ours:
            tried = "id -u; touch /app/x 2>&1; touch /etc/x 2>&1; touch /tmp/x && echo written; rm /tmp/x"
            said = self.stack.typed(f"compose exec -T {name} sh -c '{tried}'")
            expect(
                said.count("Read-only file system") == 2 and "written" in said, f"{name}: {said}"
            )
            rights = self.stack.typed(f"compose exec -T {name} cat /proc/1/status")
            bounds = dict(re.findall(r"^(Cap\w+|NoNewPrivs|Seccomp):\s+(\w+)$", rights, re.M))
            expect(
                (bounds["NoNewPrivs"], bounds["Seccomp"]) == ("1", "2")
                and int(bounds["CapBnd"], 16) == 0,
                f"{name}: {bounds}",
            )

    def hides_secrets(self) -> None:
        secrets = set()
        for file in (self.inside.root / SOURCE.lstrip("/") / "deploy/secrets").iterdir():
            secrets.update(SECRET.findall(file.read_text()))
        expect(len(secrets) >= 8, f"only {len(secrets)} secrets")
        told = json.dumps(self.stack.inspect())
        told += self.inside.docker("image", "inspect", "provodnik")
        told += self.inside.docker("history", "--no-trunc", "provodnik")
        for name in self.stack.running:
            all_of = "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n'"
            told += self.stack.typed(f'compose exec -T {name} sh -c "{all_of}"')
        shown = sorted(secret[:4] + "…" for secret in secrets if secret in told)
        expect(not shown, f"shown: {shown}")

    def is_apart(self) -> None:
        seen = self.stack.inspect()
        for name, port in (("postgres", 5432), ("valkey", 6379)):
            address = networks(seen[name])["provodnik_data"]
            self.reaches("web1", name, port)
            self.reaches("proxy", name, port, how="Name or service not known|failure in name")
            self.reaches("proxy", address, port, how="")
            for outside in (NEIGHBOUR, ADDRESS):
                self.reaches(name, outside, 443, how="Network is unreachable")
        self.reaches("migrate", NEIGHBOUR, 443, how="Network is unreachable")
        self.reaches("proxy", "web1", 8000)
        for name in self.stack.ours:
            self.reaches(name, NEIGHBOUR, 443)
        for name, port in (("web1", 8000), ("web2", 8000), ("bot", 8081)):
            for place in (networks(seen[name])["provodnik_front"], ADDRESS):
                knock = f"timeout 3 bash -c 'echo > /dev/tcp/{place}/{port}'"
                words = self.inside.neighbour("bash", "-c", knock)
                expect(self.inside.run(*words).returncode != 0, f"the world reaches {name}")

    def reaches(self, name: str, host: str, port: int, how: str | None = None) -> None:
        """That it does; with `how`, that it does not, and what is said of it."""
        knock = f"timeout 5 bash -c 'echo > /dev/tcp/{host}/{port}'"
        run = "run --rm --no-deps -T" if name == "migrate" else "exec -T"
        said = self.stack.typed(f"compose {run} {name} {knock} 2>&1; echo ended $?")
        reached = said.rstrip().endswith("ended 0")
        expect(reached is (how is None), f"{name} and {host}:{port}: {said}")
        if how:
            expect(re.search(how, said, re.I) is not None, f"{name} and {host}:{port}: {said}")


def networks(one: Seen) -> dict[str, str]:
    return {name: net["IPAddress"] for name, net in one["NetworkSettings"]["Networks"].items()}


def faults(name: str, one: Seen) -> list[str]:
    """What `docker inspect` says otherwise than the compose file promises."""
    host, config = one["HostConfig"], one["Config"]
    user = {"postgres": "postgres", "valkey": "valkey", "proxy": ""}.get(name, USER)
    ports = {"80/tcp", "443/tcp", "443/udp"} if name == "proxy" else set()
    claims = {
        "its root can be written to": host["ReadonlyRootfs"] is True,
        "it keeps rights": host["CapDrop"] == ["ALL"],
        "it gets rights": (host["CapAdd"] or [])
        == (["NET_BIND_SERVICE"] if name == "proxy" else []),
        "it may get more rights": host["SecurityOpt"] == ["no-new-privileges:true"],
        "it is privileged": host["Privileged"] is False,
        f"its user is {config['User']!r}": config["User"] == user,
        "its memory has no limit": host["Memory"] > 0,
        "its ports are open": set(host["PortBindings"] or {}) == ports,
        "it mounts a place of the host to write to": all(
            not mount["RW"] for mount in one["Mounts"] if mount["Type"] == "bind"
        ),
        "it is not started anew": host["RestartPolicy"]["Name"]
        == ("no" if name == "migrate" else "unless-stopped"),
        "it was short of memory": one["State"]["OOMKilled"] is False,
    }
    return [fault for fault, is_well in claims.items() if not is_well]
