"""The proxy of deploy/caddy before real processes: its own file, with other ports and an authority of its own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from devtools.ports import any_free
from tests.support.callers import Site, answers

CADDY = shutil.which("caddy")
NO_CADDY = "caddy is not installed"
OLD = (
    "2.6"  # Debian 12's: it repeats no call that has a body, and knows another word for keeping one
)
OURS = settings.BASE_DIR / "deploy" / "caddy" / "Caddyfile"


def environment(folder: Path, *, web: str, bot: str) -> Mapping[str, str]:
    """What the compose file would set, and where Caddy keeps what it makes."""
    return {
        **({"BUFFERS": "buffer_requests"} if version().startswith(OLD) else {}),
        "DOMAIN": "localhost",
        "WEB": web,
        "BOT": bot,
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }


def written(folder: Path, *, https: int, http: int) -> Path:
    """For `localhost` Caddy asks nobody for a certificate: it signs one itself."""
    text = OURS.read_text()
    admin = "admin 127.0.0.1:2019"
    assert admin in text
    ports = f"http_port {http}\n\thttps_port {https}\n\tskip_install_trust"
    file = folder / "Caddyfile"
    file.write_text(text.replace(admin, f"admin 127.0.0.1:{any_free()}\n\t{ports}"))
    return file


def version() -> str:
    """2.6.2, or v2.11.7 and a sum."""
    said = subprocess.run([str(CADDY), "version"], capture_output=True, text=True, check=True)
    return said.stdout.split()[0].removeprefix("v")


@contextmanager
def site(folder: Path, *, web: str, bot: str) -> Iterator[Site]:
    """What Caddy says stands in `caddy.log`."""
    https, http = any_free(), any_free()
    file = written(folder, https=https, http=http)
    with (folder / "caddy.log").open("wb") as log:
        process = subprocess.Popen(
            [str(CADDY), "run", "--config", str(file), "--adapter", "caddyfile"],
            env=environment(folder, web=web, bot=bot),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    authority = folder / "data" / "caddy" / "pki" / "authorities" / "local" / "root.crt"
    found = Site(f"https://localhost:{https}", f"http://localhost:{http}", authority)
    try:
        answers(found, "/metrics")  # which it answers itself
        yield found
    finally:
        process.terminate()
        process.wait(10)
