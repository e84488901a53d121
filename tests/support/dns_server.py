"""A name server on this machine: records as they stand in a zone file, answered over UDP and TCP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseRequestHandler, StreamRequestHandler, TCPServer, UDPServer
from threading import Thread

import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

LONGEST = 65_535  # bytes of an answer over TCP


class NameServer:
    """What `has` was told exists, nothing else does. `broken` is answered SERVFAIL, `silent` not at all."""

    def __init__(self) -> None:
        self.zone: dict[str, list[str]] = {}
        self.broken: set[str] = set()
        self.silent: set[str] = set()
        self.asked: list[str] = []
        self.over_tcp = 0
        self.port = 0

    def has(self, name: str, *records: str) -> None:
        """`has("example.com", "TXT v=spf1 -all")`: a text is put into strings of 255 bytes by itself."""
        self.zone[name] = [_written(record) for record in records]

    def resolver(self) -> dns.resolver.Resolver:
        """One that knows this server alone, and is as patient as a test should be."""
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], self.port
        resolver.timeout = 0.2
        resolver.use_edns(0, 0, 1232)
        return resolver

    def answer(self, packet: bytes) -> dns.message.Message | None:
        query = dns.message.from_wire(packet)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True)
        self.asked.append(name)
        if name in self.silent:
            return None
        answer = dns.message.make_response(query)
        if name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.zone:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            kind = dns.rdatatype.to_text(question.rdtype)
            told = [text.partition(" ") for text in self.zone[name]]
            found = [value for of, _, value in told if of == kind]
            if found:
                records = dns.rrset.from_text_list(question.name, 60, "IN", kind, found)
                answer.answer.append(records)
        return answer


@contextmanager
def name_server() -> Iterator[NameServer]:
    names = NameServer()

    class Datagrams(BaseRequestHandler):
        def handle(self) -> None:
            packet, socket = self.request
            answer = names.answer(packet)
            if answer is not None:
                wire = answer.to_wire(prefer_truncation=True)  # what does not fit: ask by TCP
                socket.sendto(wire, self.client_address)

    class Streams(StreamRequestHandler):
        def handle(self) -> None:
            names.over_tcp += 1
            answer = names.answer(self.rfile.read(int.from_bytes(self.rfile.read(2), "big")))
            if answer is not None:
                wire = answer.to_wire(max_size=LONGEST)
                self.wfile.write(len(wire).to_bytes(2, "big") + wire)

    # TCP first: of its ports more are taken than of the other's.
    with TCPServer(("127.0.0.1", 0), Streams) as tcp:
        names.port = tcp.server_address[1]
        with UDPServer(("127.0.0.1", names.port), Datagrams) as udp:
            for server in (tcp, udp):
                Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            try:
                yield names
            finally:
                tcp.shutdown()
                udp.shutdown()


def _written(record: str) -> str:
    kind, _, value = record.partition(" ")
    if kind != "TXT":
        return record
    strings = [value[at : at + 255] for at in range(0, len(value), 255)]
    return " ".join(["TXT", *(f'"{one}"' for one in strings)])
