"""The site of deploy/nginx before real processes: its own file, with other names and ports."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from devtools.ports import any_free
from tests.support.callers import Site, answers

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
NO_NGINX = "nginx is not installed"
MAIN = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    access_log off;
    include {folder}/site.conf;
}}
"""


def written(
    folder: Path,
    *,
    upstreams: Sequence[str],
    https: int,
    http: int,
    bots: Sequence[str] = ("127.0.0.1:8081",),
    has_tls: bool = True,
) -> Path:
    """The site as the installer would write it; returns nginx's own file.

    Without TLS the same server answers http at the port `https`: for callers that know no authority of ours.
    """
    text = (settings.BASE_DIR / "deploy" / "nginx" / "provodnik.conf").read_text()
    servers = "\n".join(f"    server {one} max_fails=0;" for one in upstreams)
    for old, new in (
        ("    server 127.0.0.1:8000 max_fails=0;\n", f"{servers}\n"),
        ("    server 127.0.0.1:8001 max_fails=0;\n", ""),
        (
            "    server 127.0.0.1:8081 max_fails=0;\n",
            "".join(f"    server {one} max_fails=0;\n" for one in bots),
        ),
        ("CERTIFICATE", str(folder)),
        ("DOMAIN", "localhost"),
        ("listen 80;", f"listen 127.0.0.1:{http};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{https}{' ssl' if has_tls else ''};"),
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl;\n", ""),
        ("/var/log/nginx", str(folder)),
        ("/var/lib/provodnik", str(folder)),
    ):
        assert old in text, old
        text = text.replace(old, new)
    (folder / "site.conf").write_text(text)
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(folder=folder))
    return main


def certify(folder: Path) -> Path:
    """An authority of our own and its certificate for localhost; returns the authority's."""
    authority, key = folder / "authority.pem", folder / "authority.key"
    subject = ["-subj", "/CN=Authority of the tests"]
    _openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", authority, *subject
    )
    request = folder / "request.pem"
    own_key = folder / "privkey.pem"
    _openssl(
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        own_key,
        "-out",
        request,
        "-subj",
        "/CN=localhost",
    )
    names = folder / "names"
    names.write_text("subjectAltName=DNS:localhost")
    signed = ("-CA", authority, "-CAkey", key, "-CAcreateserial", "-extfile", names)
    _openssl("x509", "-req", "-in", request, *signed, "-out", folder / "fullchain.pem")
    return authority


@contextmanager
def site(
    folder: Path,
    *,
    upstreams: Sequence[str],
    bots: Sequence[str] = ("127.0.0.1:8081",),
    has_tls: bool = True,
) -> Iterator[Site]:
    https, http = any_free(), any_free()
    authority = certify(folder)
    main = written(folder, upstreams=upstreams, https=https, http=http, bots=bots, has_tls=has_tls)
    process = subprocess.Popen([str(NGINX), "-c", str(main), "-p", str(folder)])
    url = f"https://localhost:{https}" if has_tls else f"http://127.0.0.1:{https}"
    found = Site(url, f"http://localhost:{http}", authority)
    try:
        answers(found)
        yield found
    finally:
        process.terminate()
        process.wait(10)


def _openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
