"""Drain the inbox in this process for at most so many seconds; prints how many rows that finished."""

from __future__ import annotations

import json
import sys
import time

import django


def main() -> None:
    django.setup()
    from payments.services.callbacks import drain_callbacks

    began = time.perf_counter()
    rows = drain_callbacks(seconds=float(sys.argv[1]))
    print(json.dumps({"rows": rows, "seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main()
