"""Certificates that sign themselves, made for one run."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

NO_OPENSSL = "" if shutil.which("openssl") else "no openssl program to make a certificate with"


def make_certificate(folder: Path, name: str, *, days: int = 2) -> None:
    """Writes key.pem and cert.pem of a host's name."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", str(days), "-subj", f"/CN={name}/O=Authority of the tests"]
    command += ["-addext", f"subjectAltName=DNS:{name}"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True)
