"""When certificates begin and end, to the second: on a server whose clock a test sets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from cryptography import x509
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from certmanager.v1 import profile_pb2
from tests.issuing.hours import NOW_S, SECOND, Hours
from tests.ordering import DAY, csr_pem, lasting, open_policy, order


def _said(form: str, seconds: int) -> dict[str, Any]:
    """The same lifetime as text, as a duration, from a time on, and between two ends."""
    begin = NOW_S + timedelta(hours=1)
    match form:
        case "ttl":
            return {"ttl": f"{seconds}s"}
        case "lifetime":
            return {"lifetime": Duration(seconds=seconds)}
        case "ttl from a time":
            return {"ttl": f"{seconds}s", "not_before": begin}
        case _:
            return {"not_before": begin, "not_after": begin + timedelta(seconds=seconds - 1)}


_FIELD = {
    "ttl": "attributes.ttl",
    "lifetime": "attributes.lifetime",
    "ttl from a time": "attributes.ttl",
    "both ends": "attributes.not_after",
}


@pytest.mark.parametrize("form", _FIELD)
async def test_14_lets_encrypt_2021_06_08_the_bounds_hold_to_the_second(hours: Hours, form: str) -> None:
    """However it is said: the least and the longest are granted exactly, one second more or less is not."""
    profile_id = await hours.profile(lasting(min_lifetime=3600, max_lifetime=90 * DAY))
    for seconds in (3600, 90 * DAY):
        assert await hours.lifetime(profile_id, **_said(form, seconds)) == seconds
    short = await hours.refused(profile_id, **_said(form, 3599))
    assert short.fields == {_FIELD[form]: "LIFETIME_TOO_SHORT"}
    assert (short.metadata["violation0Value"], short.metadata["violation0Allowed"]) == ("3599s", "1h")
    long = await hours.refused(profile_id, **_said(form, 90 * DAY + 1))
    assert long.fields == {_FIELD[form]: "LIFETIME_TOO_LONG"}
    assert long.metadata["violation0Allowed"] == "90d"


@pytest.mark.parametrize(
    ("ttl", "seconds"),
    [("61s", 61), ("90m", 5400), ("2h", 7200), ("3d", 259_200), ("2w", 1_209_600), ("1y", 31_536_000)],
)
async def test_a_ttl_is_read_in_its_unit(hours: Hours, ttl: str, seconds: int) -> None:
    """m is minutes, and a year has 365 days."""
    assert await hours.lifetime(await hours.profile(), ttl=ttl) == seconds


@pytest.mark.parametrize(
    "ttl", ["", "0d", "1", "d", "1M", "1.5h", "-1d", "+1d", " 1d", "01d", "1d12h", "\u0661d"]
)
async def test_a_malformed_ttl_is_refused(hours: Hours, ttl: str) -> None:
    """There is one grammar."""
    failure = await hours.refused(await hours.profile(), ttl=ttl)
    assert (failure.code, list(failure.fields)) == (grpc.StatusCode.INVALID_ARGUMENT, ["attributes.ttl"])


@pytest.mark.parametrize("ttl", ["999999999y", "999999999w", "99999999d", "8000y"])
async def test_a_ttl_beyond_the_calendar_is_refused(hours: Hours, ttl: str) -> None:
    """It is well-formed, but no certificate could say when it ends; it is not taken for none said."""
    failure = await hours.refused(await hours.profile(), ttl=ttl)
    assert failure.fields == {"attributes.ttl": "TIME_OUT_OF_RANGE"}


@pytest.mark.parametrize(
    ("backdate", "ttl", "seconds"),
    [
        (None, "1d", 60),
        (0, "1d", 0),
        (300, "1d", 300),
        (300, "600s", 60),
        (3600, "100m", 600),
        (60, "65s", 6),
    ],
)
async def test_the_backdate_lies_inside_the_lifetime(
    hours: Hours, backdate: int | None, ttl: str, seconds: int
) -> None:
    """It is the policy's (60 s if that says none), and a tenth of the lifetime at most."""
    policy = open_policy() if backdate is None else lasting(backdate=backdate)
    profile_id = await hours.profile(policy)
    begin, end = await hours.window(profile_id, ttl=ttl)
    assert begin == NOW_S - timedelta(seconds=seconds)
    assert await hours.lifetime(profile_id, ttl=ttl) == (end - begin).total_seconds() + 1


async def test_nothing_begins_before_its_ca(hours: Hours) -> None:
    """The backdate ends where the CA begins."""
    # A CA's own backdate is 60 s; this policy would go further back.
    ca_id = await hours.live.authority()
    profile_id = await hours.profile(lasting(backdate=DAY), ca_id=ca_id)
    begin, _ = await hours.window(profile_id, ttl="300d")
    assert NOW_S - timedelta(hours=1) <= begin < NOW_S
    assert begin == await _begin_of(hours, profile_id)


async def _begin_of(hours: Hours, profile_id: str) -> datetime:
    request = order(profile_id, common_name="a.example.com")
    answer = await hours.live.call(hours.live.certificates.IssueCertificate, request)
    pem = answer.certificate.issuing_ca_certificate
    return x509.load_pem_x509_certificate(pem.encode()).not_valid_before_utc


async def test_an_end_is_met_exactly(hours: Hours) -> None:
    """``not_after`` is the last second, and the backdate lies before now."""
    end = NOW_S + timedelta(days=30)
    begin, found = await hours.window(await hours.profile(), not_after=end)
    assert (begin, found) == (NOW_S - timedelta(seconds=60), end)


async def test_a_beginning_is_met_exactly(hours: Hours) -> None:
    """Who says when it begins gets no backdate."""
    begin = NOW_S + timedelta(days=3)
    assert await hours.window(await hours.profile(), not_before=begin, ttl="1d") == (
        begin,
        begin + timedelta(days=1) - SECOND,
    )


async def test_a_beginning_may_be_as_old_as_the_backdate(hours: Hours) -> None:
    """One second older would be a lie."""
    profile_id = await hours.profile(lasting(backdate=300), ca_id=hours.live.ids["ca_id"])
    earliest = NOW_S - timedelta(seconds=300)
    failure = await hours.refused(profile_id, not_before=earliest - SECOND, ttl="1d")
    assert failure.fields["attributes.not_before"] == "NOT_BEFORE_TOO_EARLY"
    profile_id = await hours.profile(lasting(backdate=10), ca_id=hours.live.ids["ca_id"])
    begin, _ = await hours.window(profile_id, not_before=NOW_S - timedelta(seconds=10), ttl="1d")
    assert begin == NOW_S - timedelta(seconds=10)


@pytest.mark.parametrize("back", [timedelta(seconds=1), timedelta(days=365)])
async def test_an_end_in_the_past_is_refused(hours: Hours, back: timedelta) -> None:
    """An expired certificate is of no use to anybody honest."""
    failure = await hours.refused(await hours.profile(), not_after=NOW_S - back)
    assert failure.code in (grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.INVALID_ARGUMENT)
    assert "attributes.not_after" in failure.fields


async def test_a_window_may_not_lie_in_the_past(hours: Hours) -> None:
    """Nor with both ends said."""
    begin = NOW_S - timedelta(days=2)
    failure = await hours.refused(
        await hours.profile(), not_before=begin, not_after=begin + timedelta(days=1)
    )
    assert failure.fields["attributes.not_before"] == "NOT_BEFORE_TOO_EARLY"


async def test_a_window_that_ends_before_it_begins_is_refused(hours: Hours) -> None:
    """As a matter of form."""
    begin = NOW_S + timedelta(days=2)
    failure = await hours.refused(await hours.profile(), not_before=begin, not_after=begin)
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    "stamp",
    [
        Timestamp(seconds=-(2**62)),
        Timestamp(seconds=2**62),
        Timestamp(seconds=-62_135_596_801),
        Timestamp(seconds=253_402_300_800),
        Timestamp(seconds=-3_000_000_000),
    ],
)
@pytest.mark.parametrize("field", ["not_before", "not_after"])
async def test_a_time_beyond_the_calendar_is_refused(hours: Hours, field: str, stamp: Timestamp) -> None:
    """Before 1950 and after 9999 certificates cannot say it, beyond that not even the calendar."""
    failure = await hours.refused(await hours.profile(), **{field: stamp})
    assert failure.code in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION)
    assert f"attributes.{field}" in failure.fields


async def test_the_first_in_line_decides(hours: Hours) -> None:
    """Request, profile, policy, and 90 days where nobody says."""
    policy, nobody = lasting(default_lifetime=20 * DAY), open_policy()
    profile: dict[str, Any] = {"defaults": profile_pb2.CertificateDefaults(ttl="10d")}
    assert await hours.lifetime(await hours.profile(policy, **profile), ttl="5d") == 5 * DAY
    assert await hours.lifetime(await hours.profile(policy, **profile)) == 10 * DAY
    assert await hours.lifetime(await hours.profile(policy)) == 20 * DAY
    assert await hours.lifetime(await hours.profile(nobody)) == 90 * DAY


@pytest.mark.parametrize(
    ("bounds", "days"), [({"max_lifetime": 30 * DAY}, 30), ({"min_lifetime": 100 * DAY}, 100)]
)
async def test_ninety_days_give_way_to_the_bounds(hours: Hours, bounds: dict[str, int], days: int) -> None:
    """A default that the policy itself would refuse is none."""
    assert await hours.lifetime(await hours.profile(lasting(**bounds))) == days * DAY


async def test_the_end_of_the_ca_is_the_end(hours: Hours) -> None:
    """Its very last second may be had, not the one after."""
    ca_id = await hours.live.authority(lifetime=timedelta(days=10))
    profile_id = await hours.profile(ca_id=ca_id)
    failure = await hours.refused(profile_id, ttl="11d")
    assert failure.reason == "LIFETIME_EXCEEDS_CA"
    end = datetime.fromisoformat(failure.metadata["caNotAfter"])
    assert (await hours.window(profile_id, not_after=end))[1] == end
    failure = await hours.refused(profile_id, not_after=end + SECOND)
    assert (failure.reason, list(failure.fields)) == ("LIFETIME_EXCEEDS_CA", ["attributes.not_after"])


async def test_a_profile_may_cut_at_the_end_of_the_ca(hours: Hours) -> None:
    """``truncate_to_ca`` is said in the profile, and the answer tells the end that it got."""
    ca_id = await hours.live.authority(lifetime=timedelta(days=10))
    profile_id = await hours.profile(ca_id=ca_id, truncate_to_ca=True)
    _, end = await hours.window(profile_id, ttl="11d")
    assert end < NOW_S + timedelta(days=10)
    assert await hours.lifetime(profile_id, ttl="5d") == 5 * DAY


async def test_what_is_cut_must_still_be_long_enough(hours: Hours) -> None:
    """A policy's minimum stands above the profile's scissors, and nothing expired comes of them."""
    ca_id = await hours.live.authority(lifetime=timedelta(days=10))
    profile_id = await hours.profile(lasting(min_lifetime=20 * DAY), ca_id=ca_id, truncate_to_ca=True)
    failure = await hours.refused(profile_id, ttl="30d")
    assert failure.fields == {"attributes.ttl": "LIFETIME_TOO_SHORT"}
    late = NOW_S + timedelta(days=20)
    profile_id = await hours.profile(ca_id=ca_id, truncate_to_ca=True)
    failure = await hours.refused(profile_id, not_before=late, ttl="30d")
    assert "VALIDITY_EMPTY" in failure.fields.values() or failure.reason == "POLICY_VIOLATION"


async def test_a_lifetime_past_the_ca_is_one_violation_among_others(hours: Hours) -> None:
    """With a rule of the policy broken too, both are told as breaches of the policy."""
    ca_id = await hours.live.authority(lifetime=timedelta(days=10))
    profile_id = await hours.profile(lasting(max_lifetime=20 * DAY), ca_id=ca_id)
    failure = await hours.refused(profile_id, ttl="30d")
    assert failure.reason == "POLICY_VIOLATION"
    kinds = {violation.type for violation in failure.details["PreconditionFailure"].violations}
    assert kinds == {"POLICY", "CA_LIFETIME"}


async def test_a_csr_changes_nothing_of_that(hours: Hours) -> None:
    """Time is not the client's key's business."""
    profile_id = await hours.profile(lasting(max_lifetime=DAY))
    assert await hours.lifetime(profile_id, csr=csr_pem(), ttl="1d") == DAY
    assert (await hours.refused(profile_id, csr=csr_pem(), ttl="86401s")).fields == {
        "attributes.ttl": "LIFETIME_TOO_LONG"
    }


async def test_2050_is_written_as_it_must_be(hours: Hours) -> None:
    """An end in 2049 is a UTCTime, one in 2050 a GeneralizedTime (RFC 5280, 4.1.2.5); both are read back."""
    ca_id = await hours.live.authority(parent=None, path_length=None, lifetime=timedelta(days=60 * 365))
    profile_id = await hours.profile(ca_id=ca_id)
    for end in (datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC)):
        assert (await hours.window(profile_id, not_after=end))[1] == end


async def test_nothing_that_has_ended_already_is_issued(hours: Hours) -> None:
    """A certificate whose last second is now is over when it arrives; the next second is another matter."""
    profile_id = await hours.profile(lasting(backdate=600))
    begin = NOW_S - timedelta(seconds=600)
    failure = await hours.refused(profile_id, not_before=begin, not_after=NOW_S)
    assert failure.fields["attributes.not_after"] == "ALREADY_EXPIRED"
    failure = await hours.refused(profile_id, not_before=begin, not_after=NOW_S + SECOND)
    assert failure.fields == {"attributes.not_before": "NOT_BEFORE_TOO_EARLY"}


async def test_a_beginning_may_be_no_older_than_a_tenth_of_the_lifetime(hours: Hours) -> None:
    """The server's own backdate is at most that, and what is asked for is no older."""
    profile_id = await hours.profile(lasting(backdate=600))
    tenth = NOW_S - timedelta(seconds=60)
    assert (await hours.window(profile_id, not_before=tenth, ttl="600s"))[0] == tenth
    failure = await hours.refused(profile_id, not_before=tenth - SECOND, ttl="600s")
    assert failure.fields == {"attributes.not_before": "NOT_BEFORE_TOO_EARLY"}


async def test_the_lifetime_that_is_told_is_granted(hours: Hours) -> None:
    """Near the CA's end the tenth is less than the backdate; what the refusal names holds all the same."""
    ca_id = await hours.live.authority(lifetime=timedelta(seconds=400))
    profile_id = await hours.profile(lasting(backdate=300), ca_id=ca_id)
    failure = await hours.refused(profile_id, ttl="2h")
    assert failure.reason == "LIFETIME_EXCEEDS_CA"
    longest = failure.metadata["maxLifetime"]
    assert await hours.lifetime(profile_id, ttl=longest) == int(longest[:-1])
