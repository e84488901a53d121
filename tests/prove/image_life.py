"""What the containers do: they answer, keep what came, are ended and started anew, and get another release."""

from __future__ import annotations

import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from devtools import console
from tests.prove.engine import CERTIFICATE, DOMAIN
from tests.prove.hands import expect
from tests.prove.install import COUNT_CALLS, OPEN_A_PAYMENT
from tests.prove.stack import GUIDE, SOURCE, START, Stack, health

TROUBLE = re.compile(r"read-only file system|permission denied|traceback|superuser", re.IGNORECASE)
READY = 'import urllib.request as u; print(u.urlopen("http://127.0.0.1:8000/health/ready").read().decode())'
BACK_UP = "compose exec worker-celery python manage.py backup"
STOP = "compose stop web1 web2 worker-money worker-access worker-messages worker-celery mailer beat bot"
RESTORE = """compose run --rm --no-deps -T worker-celery sh -c \\
    "cat > /tmp/identity && python manage.py restore latest --replace --identity /tmp/identity" < identity.txt"""
RENEW = "deploy/renew.sh"
FORGET_CALLS = "from integrations.models import InboundCallback as I; I.objects.all().delete()"
# Pages, and what a provider's call meets; it is refused for what it is, by the application.
TRAFFIC = f"""
ask() {{
    echo "$(date +%T) $1 $(curl --silent --max-time 15 --cacert {CERTIFICATE} --output /dev/null \\
        --write-out '%{{http_code}} %{{time_total}}' "$@")"
}}
until [ -e /srv/enough ]; do
    ask https://{DOMAIN}/health/live
    ask https://{DOMAIN}/admin/login/
    ask https://{DOMAIN}/payments/callbacks/oneplat --data nothing
    sleep 0.05
done
"""
GOOD = {"/health/live": "200", "/admin/login/": "200", "/payments/callbacks/oneplat": "415"}
BROKEN = '\nif "migrate" in sys.argv:\n    sys.exit("broken for the proof")\n'
ANEW = 90.0  # seconds until a process that was killed is healthy again
SEEN = 240.0  # seconds until all that hang are called unhealthy; the last are ended a minute later


class Life:
    def __init__(self, stack: Stack) -> None:
        self.stack, self.inside = stack, stack.inside

    def answers(self) -> None:
        expect(self.stack.visit("/health/live").endswith(" 200"), "it does not live")
        page = self.stack.visit("/admin/login/")
        found = re.search(r'href="(/static/[^"]+\.css)"', page)
        expect(page.endswith(" 200") and found is not None, page[-2000:])
        style = self.stack.visit(str(found and found[1]), "--head")
        expect(style.endswith(" 200") and "immutable" in style, style)
        for path in ("/health/ready", "/metrics"):
            expect(self.stack.visit(path).endswith(" 403"), f"{path} is open to the world")
        command = f"compose exec web1 python -c '{READY}'"
        self.says(command)
        ready = self.stack.typed(command.replace("exec", "exec -T"))
        expect(all(f'"{one}"' in ready for one in ("database", "redis", "worker@money")), ready)
        # Telegram is not there.
        bad = re.findall(r'"([\w@]+)": \{"ok": false', ready)
        expect(bad in ([], ["bot"]), ready)

    def takes_a_call(self) -> None:
        self.stack.python(OPEN_A_PAYMENT)
        trust = "compose exec -T web1 sh -c 'cat > /tmp/root.crt'"
        self.stack.typed(f"{trust} < {CERTIFICATE}")
        trusting = "-e REQUESTS_CA_BUNDLE=/tmp/root.crt -e SSL_CERT_FILE=/tmp/root.crt"
        send = "python manage.py send_test_callback oneplat"
        said = self.stack.typed(f"compose exec -T {trusting} web1 {send}")
        expect("200 in " in said, said)
        expect("calls 1" in self.stack.python(COUNT_CALLS), "none is stored")

    def stays(self) -> None:
        before = {one["Id"] for one in self.stack.inspect().values()}
        said = self.stack.typed(START)
        expect({one["Id"] for one in self.stack.inspect().values()} == before, said)

    def backs_up(self) -> None:
        self.says(BACK_UP)
        self.stack.typed(BACK_UP.replace("exec", "exec -T"))
        check = (
            "cat > /tmp/identity && python manage.py backup --check latest --identity /tmp/identity"
        )
        said = self.stack.typed(f"compose exec -T worker-celery sh -c '{check}' < identity.txt")
        expect("whole" in said, said)

    def stops(self) -> None:
        started = time.monotonic()
        self.stack.typed("compose stop")
        console.say(f"   all stopped within {time.monotonic() - started:.0f} s")
        codes = {name: one["State"]["ExitCode"] for name, one in self.stack.inspect().items()}
        expect(not any(codes.values()), f"ended otherwise: {codes}")

    def comes_back(self) -> None:
        for command in (STOP, RESTORE):
            self.says(command)
        self.stack.typed("compose up --detach --wait postgres valkey")
        expect("calls 1" in self.once(COUNT_CALLS), "lost by a stop")
        self.once(FORGET_CALLS)
        expect("calls 0" in self.once(COUNT_CALLS), "nothing to bring back")
        self.stack.typed(STOP)
        self.stack.typed(RESTORE)
        self.stack.typed(START)
        self.stack.becomes_healthy()
        expect("calls 1" in self.stack.python(COUNT_CALLS), "not in the backup")

    def once(self, lines: str) -> str:
        """What a few lines print in a container of their own."""
        manage = 'python manage.py shell --no-imports --command "$(cat)"'
        run = f"compose run --rm --no-deps -T worker-celery {manage}"
        return self.stack.typed(run, stdin=lines)

    def is_calm(self) -> None:
        said = self.stack.typed("compose logs --no-color")
        bad = [line[:300] for line in said.splitlines() if TROUBLE.search(line)]
        expect(not bad, "\n".join(bad[:20]))

    def rises(self) -> None:
        """One by the end of all but its init, one with it."""
        before = self.stack.inspect()
        self.stack.typed("compose exec -T worker-money bash -c 'kill -KILL -1'")
        self.inside.said("kill", "-KILL", str(before["web1"]["State"]["Pid"]))
        for _ in range(10):
            expect(self.stack.visit("/health/live").endswith(" 200"), "web2 does not answer alone")
        self.until_healthy("worker-money", "web1")
        for name, one in self.stack.inspect().items():
            anew = one["RestartCount"] - before[name]["RestartCount"]
            expect(anew == (name in ("worker-money", "web1")), f"{name}: {anew} times")

    def refuses(self) -> None:
        self.says(RENEW)
        before = {name: one["Id"] for name, one in self.stack.inspect().items()}
        file = self.inside.root / SOURCE.lstrip("/") / "manage.py"
        kept = file.read_text()
        file.write_text(kept.replace("import sys\n", f"import sys\n{BROKEN}"))
        said = self.stack.typed(RENEW, code=1)
        file.write_text(kept)
        expect("broken for the proof" in said and "nothing else was replaced" in said, said)
        after = {name: one["Id"] for name, one in self.stack.inspect().items()}
        changed = {name for name in before if before[name] != after[name]}
        expect(changed == {"migrate"}, f"replaced: {changed}")
        expect(self.stack.visit("/health/live").endswith(" 200"), "the old ones do not answer")

    def renews(self) -> None:
        before = self.stack.inspect()
        with self.traffic() as asked:
            self.stack.typed(f"RELEASE=next {RENEW}")
        bad = [line for line in asked if not is_good(line)]
        slow = max((float(line.split()[3]) for line in asked if is_good(line)), default=0.0)
        console.say(f"   {len(asked)} asked, {len(bad)} failed, the slowest took {slow:.1f} s")
        expect(len(asked) > 200 and not bad, "\n".join(bad[:20]))
        after = self.stack.inspect()
        for name in self.stack.services:
            is_ours = name in self.stack.ours or name == "migrate"
            expect((before[name]["Id"] != after[name]["Id"]) is is_ours, f"{name}: wrongly kept")
        for name in self.stack.ours:
            said = self.stack.typed(f"compose exec -T {name} printenv RELEASE")
            expect(said.strip() == "next", f"{name}: {said}")
        # Those of the traffic, refused as they are, stand beside it.
        expect("calls 0" not in self.stack.python(COUNT_CALLS), "lost")
        self.stack.becomes_healthy()

    @contextmanager
    def traffic(self) -> Iterator[list[str]]:
        """Lines of when, what, code and seconds; filled in at the end."""
        asked: list[str] = []
        words = self.inside.command(*self.inside.neighbour("sh", "-c", TRAFFIC))
        file = self.inside.root / "srv/asked"
        # Not a pipe: it would be full after a thousand lines, and nobody would ask any more.
        with file.open("wb") as lines:
            asking = subprocess.Popen(words, stdout=lines)
        try:
            yield asked
        finally:
            (self.inside.root / "srv/enough").touch()
            asking.wait(60)
            asked += file.read_text().splitlines()

    def wakes(self) -> None:
        """All hang; every other one is let go on once it is called unhealthy."""
        let_go, left = self.stack.ours[::2], self.stack.ours[1::2]
        before = self.stack.inspect()
        for name in self.stack.ours:
            self.stack.typed(f"compose exec -T {name} bash -c 'kill -STOP -1'")
        began, seen = time.monotonic(), dict[str, float]()
        while len(seen) < len(self.stack.ours):
            expect(time.monotonic() - began < SEEN, f"called unhealthy are only {sorted(seen)}")
            for name, one in self.stack.inspect().items():
                if name in self.stack.ours and name not in seen and health(one) == "unhealthy":
                    seen[name] = time.monotonic() - began
                    if name in let_go:
                        self.stack.typed(f"compose exec -T {name} bash -c 'kill -CONT -1'")
            time.sleep(1)
        took = sorted(seen.values())
        console.say(f"   called unhealthy after {took[0]:.0f} to {took[-1]:.0f} s")
        while any(self.anew(name, before) == 0 for name in left):
            expect(time.monotonic() - began < SEEN + 60, f"not ended: {Counter(left)}")
            time.sleep(1)
        console.say(f"   ended and started anew within {time.monotonic() - began:.0f} s")
        self.until_healthy(*self.stack.ours)
        again = {name: self.anew(name, before) for name in self.stack.ours}
        expect(again == {name: int(name in left) for name in self.stack.ours}, f"{again}")

    def anew(self, name: str, before: dict[str, dict[str, int]]) -> int:
        return int(self.stack.inspect()[name]["RestartCount"]) - before[name]["RestartCount"]

    def until_healthy(self, *names: str) -> None:
        until = time.monotonic() + ANEW
        while waiting := [
            name for name in names if health(self.stack.inspect()[name]) != "healthy"
        ]:
            expect(time.monotonic() < until, f"not healthy again: {waiting}")
            time.sleep(1)

    def says(self, command: str) -> None:
        guide = GUIDE.read_text(encoding="utf-8")
        expect(command in guide, f"docs/containers.md does not say: {command}")


def is_good(line: str) -> bool:
    _when, url, code, _seconds = line.split()
    return GOOD[url.removeprefix(f"https://{DOMAIN}")] == code
