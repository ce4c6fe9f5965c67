"""Who may call: tokens, permissions, and the check that a use case looked at them."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from tests.api.echoing import OTHER_TOKEN, TOKEN, Rig, asking, bearer, detail, detail_names, failure

REFUSED_HEADERS = {
    "none": (),
    "empty": (("authorization", ""),),
    "token only": (("authorization", TOKEN),),
    "no token": (("authorization", "Bearer"),),
    "blank token": (("authorization", "Bearer  "),),
    "basic": (("authorization", "Basic Y21fb3duZXI6"),),
    "unknown token": bearer("cm_nobody"),
    "foreign prefix": bearer("xx_owner"),
    "prefix only": bearer("cm_"),
    "two words": bearer("cm_owner cm_owner"),
    "trailing junk": bearer("cm_owner,"),
    "huge": bearer("cm_" + "x" * 4000),
    "twice": bearer() + bearer(),
    "good and bad": bearer() + bearer("cm_nobody"),
    "another header": (("x-authorization", "Bearer cm_owner"),),
    "binary header": (("authorization-bin", b"Bearer cm_owner"),),
    "inner quote": bearer('cm_ow"ner'),
}


@pytest.mark.parametrize("headers", REFUSED_HEADERS.values(), ids=REFUSED_HEADERS.keys())
@pytest.mark.parametrize("fast", [True, False], ids=["cached", "looked up"])
async def test_bad_credentials_are_refused_all_alike(rig: Rig, headers: object, *, fast: bool) -> None:
    """Whatever is wrong with them, the answer is the same and tells nothing."""
    rig.tokens.fast = fast
    code, status = await failure(rig.method("Unary")(asking(), metadata=headers))
    assert code is grpc.StatusCode.UNAUTHENTICATED
    assert detail_names(status) == ["ErrorInfo", "RequestInfo"]
    info = detail(status, "ErrorInfo")
    assert (info.reason, info.domain, dict(info.metadata)) == ("CREDENTIALS_INVALID", "certmanager.v1", {})


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer "])
@pytest.mark.parametrize("fast", [True, False], ids=["cached", "looked up"])
async def test_good_credentials_are_taken(rig: Rig, scheme: str, *, fast: bool) -> None:
    """The scheme's case does not matter (RFC 7235, section 2.1)."""
    rig.tokens.fast = fast
    await rig.method("Unary")(asking(), metadata=(("authorization", f"{scheme} {TOKEN}"),))


async def test_unauthenticated_bytes_are_not_parsed(rig: Rig) -> None:
    """A stranger's garbage is answered as a stranger, not as a bad message."""
    call = rig.raw("/certmanager.test.EchoService/Unary")
    code, _ = await failure(call(b"\xff\xff\xff"))
    assert code is grpc.StatusCode.UNAUTHENTICATED


async def test_identity_without_the_permission_is_denied(rig: Rig) -> None:
    """The refusal names the permission that is missing."""
    code, status = await failure(rig.method("Unary")(asking(), metadata=bearer(OTHER_TOKEN)))
    assert code is grpc.StatusCode.PERMISSION_DENIED
    assert detail(status, "ErrorInfo").metadata["permission"] == "echo.say"


async def test_every_identity_may_ask_about_itself(rig: Rig) -> None:
    """A permission self.… needs no role, and nothing to be entered."""
    response = await rig.method("WhoAmI")(asking(), metadata=bearer(OTHER_TOKEN))
    assert response.certificate_request_id == "sten"


@pytest.mark.parametrize("name", ["Unary", "Down", "Both"])
async def test_handler_that_checked_no_right_is_a_bug(rig: Rig, name: str) -> None:
    """An answer made without entering a project never leaves."""
    rig.echo.enters = False
    request = iter([asking()]) if name == "Both" else asking()
    code, status = await failure(rig.method(name)(request, metadata=bearer()))
    assert code is grpc.StatusCode.INTERNAL
    assert detail(status, "ErrorInfo").reason == "INTERNAL"
    assert rig.calls()[-1]["sent"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "/certmanager.test.EchoService/None",
        "/no.such.Service/Method",
        "/certmanager.test.EchoService/Missing",
    ],
)
async def test_absent_method_says_so_to_those_it_knows(rig: Rig, path: str) -> None:
    """Unknown or not implemented: UNIMPLEMENTED, with the details of every other error."""
    call = rig.raw(path)
    code, status = await failure(call(b"", metadata=bearer()))
    assert code is grpc.StatusCode.UNIMPLEMENTED
    assert detail(status, "ErrorInfo").reason == "NOT_SUPPORTED"


@pytest.mark.parametrize("path", ["/no.such.Service/Method", "/certmanager.test.EchoService/Missing"])
async def test_absent_method_needs_a_token_like_any_other(rig: Rig, path: str) -> None:
    """A stranger does not learn what is served."""
    call = rig.raw(path)
    assert (await failure(call(b"")))[0] is grpc.StatusCode.UNAUTHENTICATED


async def test_absent_reflection_is_told_to_strangers(rig: Rig) -> None:
    """Tools probe for versions of reflection without a token and understand only UNIMPLEMENTED."""
    call: Any = rig.channel.stream_stream("/grpc.reflection.v2.ServerReflection/ServerReflectionInfo")
    assert (await failure(call()))[0] is grpc.StatusCode.UNIMPLEMENTED
