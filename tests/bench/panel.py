"""`python -m tests.bench.panel PORT MILLISECONDS`: a panel of 3.x in a process of its own that takes so long a call.

The sandbox's panel answers for people: it keeps a story of each user and writes itself to the disk. This one costs next
to nothing, so that what is measured is ours. GET /report answers what it has counted.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

NOT_FOUND = {"errorCode": "A063", "message": "User with specified params not found"}
TAKEN = {"errorCode": "A019", "message": "User username already exists"}


class Panel:
    def __init__(self, pause: float) -> None:
        self.pause = pause
        self.users: dict[str, dict[str, Any]] = {}
        self.calls = self.refused = self.now = self.most = 0

    def report(self) -> dict[str, int]:
        """`refused`: creations of somebody who was there; `most`: calls at one time."""
        return {
            "users": len(self.users),
            "calls": self.calls,
            "refused": self.refused,
            "most": self.most,
        }

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if method == "GET":
            found = self.users.get(path.rpartition("/")[2])
            return (200, {"response": found}) if found else (404, NOT_FOUND)
        if method == "PATCH":
            (found,) = (one for one in self.users.values() if one["id"] == body["id"])
            found |= {"expireAt": body["expireAt"], "status": "ACTIVE"}
            return 200, {"response": found}
        name = body["username"]
        if name in self.users:
            self.refused += 1
            return 400, TAKEN
        self.users[name] = {
            "id": len(self.users) + 1,
            "username": name,
            "shortUuid": f"short-{name}",
            "status": "ACTIVE",
            "expireAt": body["expireAt"],
            "subscriptionUrl": f"https://sub.example/{name}",
            "activeInternalSquads": [],
        }
        return 201, {"response": self.users[name]}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").split("\r\n")
                method, path, _version = lines[0].split()
                sizes = [line for line in lines if line.lower().startswith("content-length:")]
                body = await reader.readexactly(int(sizes[0].partition(":")[2]) if sizes else 0)
                if path == "/report":
                    status, document = 200, dict[str, Any](self.report())
                else:
                    status, document = await self.think(method, path, json.loads(body or b"{}"))
                content = json.dumps(document).encode()
                writer.write(
                    b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                    % (status, len(content))
                    + content
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def think(
        self, method: str, path: str, body: dict[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        self.calls += 1
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self.pause)
            return self.answer(method, path, body)
        finally:
            self.now -= 1


async def main(port: int, milliseconds: int) -> None:
    server = await asyncio.start_server(Panel(milliseconds / 1000).serve, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
