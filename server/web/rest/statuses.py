"""``google.rpc.Status`` over HTTP: its JSON, and the status and headers that go with it."""

from __future__ import annotations

import json
import math
from base64 import b64encode
from typing import Any, Final

import grpc
from google.protobuf import json_format
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.status_pb2 import Status
from starlette.responses import Response

from server.web.refusals import Refused

HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
"""Of every answer: some hold private keys, none is a page, and none is for pages of others."""
_JSON: Final = {"content-type": "application/json", **HEADERS}

# As google/rpc/code.proto tells beside each code.
_HTTP: Final = {
    grpc.StatusCode.OK: 200,
    grpc.StatusCode.CANCELLED: 499,
    grpc.StatusCode.UNKNOWN: 500,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.INTERNAL: 500,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DATA_LOSS: 500,
    grpc.StatusCode.UNAUTHENTICATED: 401,
}


def answered(body: bytes, *, http: int = 200) -> Response:
    """An answer of JSON."""
    return Response(body, http, _JSON)


def refused(status: Status, *, http: int | None = None, sent_token: bool = False, **headers: str) -> Response:
    """A status as an answer; ``sent_token``: there was one, which is then what was wrong (RFC 6750, 3.1)."""
    told = Refused(status)
    body = json.dumps(status_document(status), ensure_ascii=False).encode()
    response = answered(body, http=http or _HTTP[told.code])
    response.headers.update(headers)
    if told.retry_after is not None:
        response.headers["retry-after"] = str(math.ceil(told.retry_after))
    if response.status_code == _HTTP[grpc.StatusCode.UNAUTHENTICATED]:
        invalid = ' error="invalid_token"' if sent_token else ""
        response.headers["www-authenticate"] = "Bearer" + invalid
    return response


def status_document(status: Status) -> dict[str, Any]:
    """The JSON of a status: code, message and details."""
    details = [_detail(packed) for packed in status.details]
    return {"code": status.code, "message": status.message, "details": details}


def _detail(packed: AnyMessage) -> dict[str, Any]:
    try:
        return json_format.MessageToDict(packed)
    except TypeError:  # a type that this server does not know
        return {"@type": packed.type_url, "value": b64encode(packed.value).decode()}
