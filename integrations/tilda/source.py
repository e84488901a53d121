"""The form webhook of Tilda: a site's form, posted to us as its visitor filled it in.

Tilda signs nothing. A key of the owner's choice comes with each call, as a header or as a field of the form; who
prefers may write it into the address, as a parameter or as its last part. Connecting the address sends `test=test`.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, quote_plus, unquote_plus

from integrations.callbacks import Ack, RawCallback
from integrations.errors import CallbackMalformed, CallbackRejected

Fields = dict[str, str | list[str]]

KEY_NAME = "X-Api-Key"  # where TILDA_WEBHOOK_KEY_NAME is not set
MOST_FIELDS = 500
HIDDEN = "***"


class TildaForms:
    """The answer is `ok`; what is not answered with 200 within 5 s comes twice more, a minute apart."""

    slug: ClassVar[str] = "tilda"
    label: ClassVar[str] = "Tilda"
    task: ClassVar[str] = "partners.apply_calls"
    methods: ClassVar[frozenset[str]] = frozenset({"POST"})
    content_types: ClassVar[frozenset[str]] = frozenset(
        {"application/x-www-form-urlencoded", "application/json"}
    )
    # A letter in Cyrillic takes six bytes of a form: two long texts are past the 64 KiB of a payment's call.
    max_bytes: ClassVar[int] = 512 * 1024
    required_env: ClassVar[tuple[str, ...]] = ("TILDA_WEBHOOK_SECRET",)

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self._key_name = str(credentials.get("TILDA_WEBHOOK_KEY_NAME", "")) or KEY_NAME
        self._secret = str(credentials.get("TILDA_WEBHOOK_SECRET", ""))

    def verify(self, raw: RawCallback) -> None:
        """The key wherever it may stand. Connecting asks without one, and must hear yes."""
        if is_test(raw):
            return
        if not self._secret:
            raise CallbackRejected("no secret is set")
        expected = self._secret.encode()
        # Every place is compared: how long it takes tells nothing.
        found = [
            hmac.compare_digest(given.encode("utf-8", "replace"), expected)
            for given in self._given(raw)
        ]
        if not found:
            raise CallbackRejected("no key")
        if not any(found):
            raise CallbackRejected("wrong key")

    def answer(self, raw: RawCallback) -> tuple[Ack, bool]:
        return Ack(body="ok"), not is_test(raw)

    def storable(self, raw: RawCallback) -> RawCallback:
        """Without the key, whichever it was: a wrong one may be yesterday's, or another service's."""
        name = _header_name(self._key_name)
        headers = {
            header: HIDDEN if _header_name(header) == name else self._hide_text(value)
            for header, value in raw.headers.items()
        }
        body = self._hide(self._without_field(raw.body))
        return replace(raw, headers=headers, body=body, query="", path_secret="")

    def _given(self, raw: RawCallback) -> list[str]:
        """What could be meant as the key, in every place it may stand."""
        header = _header_name(self._key_name)
        found = [value for name, value in raw.headers.items() if _header_name(name) == header]
        try:
            fields = fields_of(raw.body)
        except CallbackMalformed:
            fields = {}
        for pairs in (fields.items(), _pairs(raw.query)):
            found += [text for name, value in pairs if self._is_key(name) for text in _texts(value)]
        return [*found, raw.path_secret] if raw.path_secret else found

    def _is_key(self, name: str) -> bool:
        return name.strip().lower() == self._key_name.lower()

    def _without_field(self, body: bytes) -> bytes:
        """The body with the key's field masked; the bytes are the sender's own where it has none."""
        text = body.decode("utf-8", "surrogateescape")
        if not text.lstrip().startswith(("{", "[")):
            parts = [
                f"{name}={HIDDEN}" if self._is_key(unquote_plus(name)) else part
                for part in text.split("&")
                for name, _equals, _value in [part.partition("=")]
            ]
            return "&".join(parts).encode("utf-8", "surrogateescape")
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return body
        if not isinstance(document, dict) or not any(map(self._is_key, document)):
            return body
        kept = {name: HIDDEN if self._is_key(name) else value for name, value in document.items()}
        return json.dumps(kept, ensure_ascii=False).encode("utf-8", "surrogatepass")

    def _hide(self, body: bytes) -> bytes:
        for spelling in self._spellings():
            body = body.replace(spelling.encode(), HIDDEN.encode())
        return body

    def _hide_text(self, text: str) -> str:
        for spelling in self._spellings():
            text = text.replace(spelling, HIDDEN)
        return text

    def _spellings(self) -> list[str]:
        """The secret as it may stand in a form, in JSON or in an address."""
        if not self._secret:
            return []
        plain = self._secret
        return [plain, quote_plus(plain), quote(plain, safe=""), json.dumps(plain)[1:-1]]


def is_test(raw: RawCallback) -> bool:
    """Whether this is the question Tilda asks at connecting; a form has a number and a name of its own besides."""
    try:
        fields = fields_of(raw.body)
    except CallbackMalformed:
        return False
    return fields.get("test") == "test" and not {"tranid", "formid", "formname"} & set(fields)


def fields_of(body: bytes) -> Fields:
    """The fields of a call, form-encoded or JSON: texts, and lists of them where a name comes more than once.

    What JSON nests (`payment`) stays JSON in its text, as the other form of the call has it. Raises CallbackMalformed.
    """
    text = body.decode("utf-8", "replace").removeprefix("\ufeff")
    if text.lstrip().startswith(("{", "[")):
        return _from_json(text)
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise CallbackMalformed(f"more than {MOST_FIELDS} fields") from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    if not fields:
        raise CallbackMalformed("no fields")
    return {name: found[0] if len(found) == 1 else found for name, found in fields.items()}


def _from_json(text: str) -> Fields:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise CallbackMalformed("the body is not JSON") from None
    if not isinstance(document, dict):
        raise CallbackMalformed("the body is not an object")
    if len(document) > MOST_FIELDS:
        raise CallbackMalformed(f"more than {MOST_FIELDS} fields")
    return {name: _as_text(value) for name, value in document.items()}


def _as_text(value: Any) -> str | list[str]:
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return [str(_as_text(item)) for item in value]
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False)


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return []


def _texts(value: str | list[str]) -> Iterable[str]:
    return [value] if isinstance(value, str) else value


def _header_name(name: str) -> str:
    """A header's name as a gateway hands it on: it cannot tell api_key from api-key."""
    return name.strip().lower().replace("_", "-")
