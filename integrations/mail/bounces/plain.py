"""Reports that keep to no standard: what can be learnt from their words.

Exim before 4.90: «A message that you sent could not be delivered …», the address indented, what the server said below,
then the letter as plain text. qmail: «Hi. This is the qmail-send program», the address in angle brackets.
"""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

STATUS = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
REPLY = re.compile(r"(?:^|[\s:<#])([45]\d\d)[ -]")
RETURNED = re.compile(r"^-{2,}.*(copy of (the|your) message|original message).*$", re.I | re.M)
ALONE = re.compile(r"^[ \t]{0,8}<?([^\s<>;,\"]+@[^\s<>;,\"]+?)>?:?[ \t]*$", re.M)
UNKNOWN = re.compile(
    r"user unknown|unknown user|no such (user|mailbox|recipient)|mailbox (not found|unavailable|does not exist)|"
    r"does not exist|unrouteable|invalid (recipient|mailbox)|recipient not found",
    re.IGNORECASE,
)
WARNING = re.compile(r"\b(warning|delayed|still being retried|отложен\w*)\b", re.IGNORECASE)
IDS = {
    "message_id": re.compile(r"^Message-ID:\s*(<[^<>\s]{1,240}>)", re.I | re.M),
    "letter_id": re.compile(r"^X-Letter-Id:\s*(\S{1,100})", re.I | re.M),
}
LONGEST = 60_000


def decoded(part: Message) -> str:
    """The text of a part, whatever it claims about itself."""
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        charset = str(part.get_content_charset("utf-8"))
        try:
            return payload.decode(charset, "replace")[:LONGEST]
        except LookupError:
            return payload.decode("utf-8", "replace")[:LONGEST]
    inner = part.get_payload()
    if isinstance(inner, list):
        # The parser took the encoded text for groups of fields: put together and decoded, it is what was sent.
        whole = Message()
        whole["Content-Transfer-Encoding"] = str(part.get("Content-Transfer-Encoding", "8bit"))
        whole.set_payload("\n\n".join(str(one).strip() for one in inner))
        return decoded(whole)
    return str(inner)[:LONGEST]


def words_of(message: Message) -> str:
    """What a person would read."""
    for part in message.walk():
        if part.get_content_maintype() == "text":
            return decoded(part).replace("\r\n", "\n")
    return decoded(message).replace("\r\n", "\n")


def subject(message: Message) -> str:
    raw = str(message.get("Subject", ""))
    try:
        return str(make_header(decode_header(raw)))
    except (HeaderParseError, LookupError, UnicodeError):
        return raw


def failed_addresses(words: str) -> list[str]:
    """Addresses that stand on a line of their own, before the returned letter begins."""
    told = RETURNED.split(words, maxsplit=1)[0]
    return [address for address in ALONE.findall(told) if "." in address.rpartition("@")[2]]


def status(words: str) -> str:
    told = RETURNED.split(words, maxsplit=1)[0]
    found = STATUS.search(told)
    if found:
        return found[1]
    reply = REPLY.search(told)
    if UNKNOWN.search(told) and not (reply and reply[1].startswith("4")):
        return "5.1.1"
    return f"{reply[1][0]}.0.0" if reply else ""


def diagnostic(words: str) -> str:
    """The line with the code, or the first words."""
    told = RETURNED.split(words, maxsplit=1)[0]
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    coded = [line for line in lines if STATUS.search(line) or REPLY.search(line)]
    unknown = [line for line in lines if UNKNOWN.search(line)]
    return (coded or unknown or lines or [""])[0]


def returned_ids(words: str) -> tuple[str, str]:
    """Message-ID and X-Letter-Id where the letter stands in the text."""
    found = {name: pattern.search(words) for name, pattern in IDS.items()}
    first = found["message_id"]
    second = found["letter_id"]
    return (first[1] if first else "", second[1] if second else "")


def is_warning(message: Message) -> bool:
    return bool(WARNING.search(subject(message)) or WARNING.search(words_of(message)[:500]))
