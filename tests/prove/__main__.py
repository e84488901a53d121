"""`./dev prove SUBJECT [ARGS]`: what takes too long, or needs too much of a machine, for the suite. Each subject says
what it needs and what it saw, and ends with 0 only where its claim held."""

from __future__ import annotations

import argparse
import importlib
import sys

SUBJECTS = {
    "install": "deploy/'s scripts, and what a server goes through, in a clean Debian (root, debootstrap, nspawn)",
    "scale": "docs/scaling.md typed on three machines that fail while customers buy (root, debootstrap, nspawn)",
    "guide": "docs/deploy.md typed by hand, block by block, in a clean Debian (root, debootstrap, nspawn)",
    "move": "the restore drill and the move to another server, by docs/deploy.md (root, debootstrap, nspawn)",
    "image": "the Dockerfile built and the compose file started by Docker, by docs/containers.md (root, debootstrap)",
    "upgrade": "deploy/upgrade.sh from the last release with other tables, while callbacks keep coming (nginx)",
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="./dev prove",
        description=__doc__,
        epilog="\n".join(f"{name:<9} {text}" for name, text in SUBJECTS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("subject", choices=sorted(SUBJECTS))
    options, arguments = parser.parse_known_args()
    proof = importlib.import_module(f"tests.prove.{options.subject}")
    return 0 if proof.run(arguments) else 1


if __name__ == "__main__":
    sys.exit(main())
