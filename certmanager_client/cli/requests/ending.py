"""What a program ends with when a certificate request has: a status for each way."""

from __future__ import annotations

import grpc

from certmanager.v1 import certificate_request_pb2 as states
from certmanager.v1.certificate_request_pb2 import CertificateRequest
from certmanager_client.cli.requests.columns import detail
from certmanager_client.cli.terminal.exits import Exit, fail
from certmanager_client.cli.terminal.explaining import explained
from certmanager_client.cli.terminal.output import field_text, visible
from certmanager_client.errors import told_error

_STATUSES = {
    states.CERTIFICATE_REQUEST_STATE_FAILED: Exit.FAILED,
    states.CERTIFICATE_REQUEST_STATE_REJECTED: Exit.REJECTED,
    states.CERTIFICATE_REQUEST_STATE_CANCELLED: Exit.CANCELLED,
    states.CERTIFICATE_REQUEST_STATE_EXPIRED: Exit.EXPIRED,
}
_CODES = {code.value[0]: code for code in grpc.StatusCode}


def end_unless_issued(request: CertificateRequest) -> None:
    """End the program with a sentence and a status of its own if there will be no certificate."""
    status = _STATUSES.get(request.state)
    if status is None:
        return
    sentences: list[str] = []
    said = "" if status is Exit.FAILED else detail(request)
    if status is Exit.FAILED:
        code = _CODES.get(request.error.code, grpc.StatusCode.UNKNOWN)
        sentences.extend(explained(told_error(request.error, code=code)))
    told = f"the request {request.id} is {field_text(request, 'state')}" + (f": {said}" if said else "")
    fail(visible(told), *sentences, status=status)
