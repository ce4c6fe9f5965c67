"""``certmanager profile``: which CA signs, under which policy, with which defaults, as documents."""

from __future__ import annotations

from typing import Annotated

import typer
from google.protobuf.field_mask_pb2 import FieldMask

from certmanager.v1.profile_pb2 import CertificateProfile
from certmanager.v1.profile_service_pb2 import (
    ListCertificateProfilesRequest,
    ListCertificateProfilesResponse,
    UpdateCertificateProfileRequest,
    UpdateCertificateProfileResponse,
)
from certmanager_client.cli.documents.group import Listed, Name, add_to
from certmanager_client.cli.documents.kinds import PROFILE
from certmanager_client.cli.terminal import finding
from certmanager_client.cli.terminal.lazily import group
from certmanager_client.cli.terminal.options import chosen
from certmanager_client.cli.terminal.output import Column, say, show_answer, show_rows
from certmanager_client.cli.terminal.parameters import DEFAULT_LIMIT, Limit, Project
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client

app = group("Write profiles: which CA, which policy, which defaults.")

_COLUMNS = (
    Column("SLUG", "slug"),
    Column("STATE", lambda profile: "disabled" if profile.disabled else "enabled"),
    Column("REVISION", "revision"),
    Column("CHANGED", "updated_at"),
    Column("DESCRIPTION", "description"),
    Column("ID", "id"),
)


add_to(app, PROFILE, deletion="Delete a profile that has issued nothing; one that has can be disabled.")


@app.command("list")
def list_(
    *,
    project: Project = None,
    name: Listed = "",
    ca: Annotated[str | None, typer.Option(metavar="NAME|ID", help="Only those of this CA.")] = None,
    policy: Annotated[str | None, typer.Option(metavar="SLUG|ID", help="Only those on this policy.")] = None,
    disabled: Annotated[
        bool | None, typer.Option("--disabled/--enabled", help="Only such. [both]", show_default=False)
    ] = None,
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """List the profiles of a project, newest first."""

    async def work(client: Client) -> ListCertificateProfilesResponse:
        within = await finding.project_id(client, project)
        asked = ListCertificateProfilesRequest(
            project_id=within,
            name=name,
            ca_id=await finding.authority_id(client, ca, project=within) if ca else "",
            certificate_policy_id=await finding.policy_id(client, policy, project=within) if policy else "",
            disabled=disabled,
        )
        return await client.all_pages(client.profiles.ListCertificateProfiles, asked, most=limit or None)

    answer = perform(work)
    show_rows(answer, answer.certificate_profiles, _COLUMNS)


@app.command()
def enable(name: Name, project: Project = None) -> None:
    """Let a profile take requests again."""
    _switch(name, project, disabled=False)


@app.command()
def disable(name: Name, project: Project = None) -> None:
    """Let a profile refuse all requests; what it issued stays."""
    _switch(name, project, disabled=True)


def _switch(name: str, project: str | None, *, disabled: bool) -> None:
    async def work(client: Client) -> UpdateCertificateProfileResponse:
        id_ = await finding.profile_id(client, name, project=project)
        request = UpdateCertificateProfileRequest(
            # Without the etag: whatever else changes meanwhile, the switch is what is wanted.
            certificate_profile=CertificateProfile(id=id_, disabled=disabled),
            update_mask=FieldMask(paths=["disabled"]),
        )
        return await client.call(client.profiles.UpdateCertificateProfile, request)

    answer = perform(work)
    if chosen().json:
        show_answer(answer)
    say(f"the profile '{answer.certificate_profile.slug}' is {'disabled' if disabled else 'enabled'}")
