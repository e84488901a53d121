"""A store that speaks as much S3 as backups need: objects, parts, a listing. It checks who asks by the key's name."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

KEY = "backup-key"
SECRET = "backup-secret-of-the-tests"
NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


class S3(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.uploads = 0  # finished ones of several parts

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: S3

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nobody reads it."""

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "ETag": '"e"', **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status: int, code: str) -> None:
        self.answer(status, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode())

    def handle_one(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        parts = urlsplit(self.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        _, _, name = unquote(parts.path).lstrip("/").partition("/")
        if f"Credential={KEY}/" not in self.headers.get("Authorization", ""):
            self.refuse(403, "InvalidAccessKeyId")
        elif "uploads" in query:
            self.server.parts[name] = {}
            self.answer(200, f"<R {NAMESPACE}><UploadId>{escape(name)}</UploadId></R>".encode())
        elif self.command == "POST":
            kept = self.server.parts.pop(name)
            self.server.objects[name] = b"".join(kept[number] for number in sorted(kept))
            self.server.uploads += 1
            self.answer(200, f"<R {NAMESPACE}><ETag>e</ETag><Key>k</Key></R>".encode())
        elif self.command == "PUT":
            if "partNumber" in query:
                self.server.parts[name][int(query["partNumber"][0])] = _plain(self, body)
            else:
                self.server.objects[name] = _plain(self, body)
            self.answer(200)
        elif self.command == "DELETE":
            self.server.objects.pop(name, None)
            self.answer(204)
        elif "list-type" in query:
            self.answer(200, self.listing(query.get("prefix", [""])[0]))
        elif name in self.server.objects:
            self.answer(200, self.server.objects[name])
        else:
            self.refuse(404, "NoSuchKey")

    def listing(self, prefix: str) -> bytes:
        found = "".join(
            f"<Contents><Key>{escape(name)}</Key><Size>{len(content)}</Size>"
            "<LastModified>2026-11-22T00:00:00.000Z</LastModified></Contents>"
            for name, content in sorted(self.server.objects.items())
            if name.startswith(prefix)
        )
        head = f"<ListBucketResult {NAMESPACE}><Name>b</Name><IsTruncated>false</IsTruncated>"
        return f"{head}{found}</ListBucketResult>".encode()

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_one


def _plain(exchange: Exchange, body: bytes) -> bytes:
    """Without the frames of a signed stream."""
    if "STREAMING" not in exchange.headers.get("x-amz-content-sha256", ""):
        return body
    content = b""
    while body:
        head, _, body = body.partition(b"\r\n")
        size = int(head.split(b";")[0], 16)
        content, body = content + body[:size], body[size + 2 :]
    return content


@contextmanager
def store() -> Iterator[S3]:
    server = S3()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
