"""Let's Encrypt as a server meets it, played by Caddy: a certificate for whoever shows a file at port 80 of the name.

certbot is Debian's own, told by root's own cli.ini whom to ask.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL

from devtools.ports import any_free
from devtools.process import tie_to_us
from tests.prove.machine import Machine

SETTINGS = """
{{
    admin off
    http_port {other}
    auto_https disable_redirects
    skip_install_trust
}}
https://{here}:{port} {{
    tls internal
    acme_server
}}
"""
# Where the name leads, as the authority alone sees it.
OF_ITS_OWN = 'mount --bind "$1" /etc/hosts && shift && exec "$@"'
PATIENCE = 30.0  # seconds until it has made its own certificate
WHOM_TO_ASK = "root/.config/letsencrypt/cli.ini"


@dataclass(frozen=True)
class Authority:
    certificate: Path  # its own
    url: str

    def known_to(self, inside: Machine) -> None:
        """As any machine knows Let's Encrypt."""
        settings = inside.root / WHOM_TO_ASK
        settings.parent.mkdir(parents=True)
        settings.write_text(f"server = {self.url}\n")
        own = inside.root / "usr/local/share/ca-certificates/authority.crt"
        shutil.copy(self.certificate, own)
        inside.run("update-ca-certificates")


@contextmanager
def authority(
    folder: Path, *, domain: str, leads_to: str = "127.0.0.1", here: str = "localhost"
) -> Iterator[Authority]:
    """It answers at `here`, as machines see this one, until the block ends; whoever asks later is refused."""
    port = any_free()
    settings, hosts = folder / "Caddyfile", folder / "authority-hosts"
    settings.write_text(SETTINGS.format(here=here, port=port, other=any_free()))
    hosts.write_text(f"127.0.0.1 localhost\n{leads_to} {domain}\n")
    certificate = folder / ".local/share/caddy/pki/authorities/local/root.crt"
    command = ("caddy", "run", "--adapter", "caddyfile", "--config", str(settings))
    own = ("unshare", "--mount", "--propagation=private", "sh", "-ec", OF_ITS_OWN, "authority")
    with (folder / "authority.log").open("wb") as log:
        running = subprocess.Popen(
            [*tie_to_us(SIGKILL), *own, str(hosts), *command],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder)},
            stdout=log,
            stderr=log,
        )
    try:
        until = time.monotonic() + PATIENCE
        while not certificate.exists():
            if time.monotonic() > until or running.poll() is not None:
                raise RuntimeError((folder / "authority.log").read_text())
            time.sleep(0.1)
        yield Authority(certificate, f"https://{here}:{port}/acme/local/directory")
    finally:
        running.kill()
        running.wait()
