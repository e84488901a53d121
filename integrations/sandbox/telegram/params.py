"""Arguments of a Bot API call: query, form, multipart or JSON, all meaning the same."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.core.files.uploadedfile import UploadedFile

from integrations.sandbox.core.http import SandboxRequest
from integrations.sandbox.telegram.errors import bad_request

Upload: TypeAlias = "UploadedFile[Any]"


@dataclass
class Params:
    values: dict[str, Any]
    files: dict[str, Upload] = field(default_factory=dict)

    @classmethod
    def of(cls, request: SandboxRequest) -> Params:
        body = request.body  # before POST: Django then parses these very bytes
        values: dict[str, Any] = dict(request.GET.items())
        if request.content_type == "application/json":
            try:
                document = json.loads(body or b"{}")
            except ValueError:
                raise bad_request("can't parse JSON object") from None
            return cls(values | {name: item for name, item in document.items() if item is not None})
        values |= dict(request.POST.items())
        files = {
            name: file for name, file in request.FILES.items() if isinstance(file, UploadedFile)
        }
        return cls(values, files)

    def has(self, name: str) -> bool:
        return self.values.get(name) not in (None, "")

    def text(self, name: str, default: str = "") -> str:
        return str(self.values.get(name, default))

    def integer(self, name: str, default: int | None = None) -> int:
        if not self.has(name) and default is not None:
            return default
        try:
            return int(str(self.values.get(name, "")))
        except ValueError:
            raise bad_request(f"parameter {name} must be an integer") from None

    def flag(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in ("true", "1")

    def structure(self, name: str) -> Any:
        """A JSON value, sent as JSON or as a string of JSON; None where absent."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def upload(self, name: str) -> Upload | None:
        """The file sent as `name`, or attached under the name an `attach://…` value gives."""
        value = self.values.get(name)
        if isinstance(value, str) and value.startswith("attach://"):
            return self.files.get(value.removeprefix("attach://"))
        return self.files.get(name)
