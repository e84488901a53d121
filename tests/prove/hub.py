"""The images that deploy/compose.yaml and the Dockerfile take from a registry, made of Debian's packages instead.

All four are stand-ins. debian:13-slim is what debootstrap makes, without manuals and translations as the genuine one,
and with what this machine needs to reach packages: its authorities and apt's settings; so these are in every image that
stands on it here. postgres, valkey and caddy are Debian's own programs (tests/prove/hub), which start as the genuine
images do as far as the compose file relies on it; there, Valkey and Caddy stand on Alpine.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.prove.bare import archive, mirror
from tests.prove.engine import CERTIFICATE, Engine

BASE = "debian:13-slim"
IMAGES = {
    "postgres": "postgres:17-trixie",
    "valkey": "valkey/valkey:8-alpine",
    "caddy": "caddy:2-alpine",
}
LEFT_OUT = ("doc", "info", "locale", "man")  # of /usr/share, by the slim image


def fill(inside: Engine) -> None:
    """The engine has them all, under their names in the registry."""
    lay_base(inside)
    folder = inside.root / "srv/hub"
    shutil.copytree(Path(__file__).with_name("hub"), folder)
    shutil.copy(inside.root / CERTIFICATE.lstrip("/"), folder / "caddy/root.crt")
    for name, image in IMAGES.items():
        inside.docker("build", "--quiet", "--tag", image, f"/srv/hub/{name}")


def lay_base(inside: Engine) -> None:
    root = inside.root / "srv/base"
    root.mkdir()
    subprocess.run(["tar", "-xpf", str(archive("trixie", "apt")), "-C", str(root)], check=True)
    for name in LEFT_OUT:
        shutil.rmtree(root / "usr/share" / name)
        (root / "usr/share" / name).mkdir()
    for waste in ("var/cache/apt", "var/lib/apt/lists"):
        shutil.rmtree(root / waste)
        (root / waste).mkdir()
    excluded = "".join(f"path-exclude /usr/share/{name}/*\n" for name in LEFT_OUT)
    (root / "etc/dpkg/dpkg.cfg.d/docker").write_text(excluded)
    own = "usr/local/share/ca-certificates"
    shutil.copytree(inside.root / own, root / own)
    shutil.copy(inside.root / "etc/apt/apt.conf.d/90network", root / "etc/apt/apt.conf.d")
    lists = [f"deb {mirror()} {suite} main\n" for suite in ("trixie", "trixie-updates")]
    lists.append(f"deb {mirror().rstrip('/')}-security trixie-security main\n")
    (root / "etc/apt/sources.list").write_text("".join(lists))
    load = "tar -C /srv/base -c . | docker import --change 'CMD [\"bash\"]' - "
    inside.said("bash", "-c", f"set -o pipefail; {load}{BASE}")
    shutil.rmtree(root)
