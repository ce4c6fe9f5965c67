"""The form of a profile."""

from __future__ import annotations

from typing import Final

from certmanager.v1.profile_pb2 import CertificateProfile
from server.web.ui.editing.choices import Arm, Choice
from server.web.ui.editing.kinds import Flag, Lifetime, Pick, Span, Text, Whole
from server.web.ui.editing.lists import Steps
from server.web.ui.editing.many import Checks, Lines
from server.web.ui.editing.parts import Group, Leaf
from server.web.ui.editing.sheet import Section, Sheet

_IDS: Final = "One identity's ID a line."

_DEFAULTS = Group(name="defaults", parts=(
    Leaf(name="ttl", label="Lifetime", kind=Lifetime(), also=("lifetime",), placeholder="90d",
         hint="As 90d. Empty: what the policy says."),
    Leaf(name="common_name", label="Common name", kind=Text()),
    Leaf(name="organization", label="Organization", kind=Text()),
    Leaf(name="organizational_unit", label="Organizational unit", kind=Text()),
    Leaf(name="country", label="Country", kind=Text(), hint="Two capital letters, as DE.", placeholder="DE"),
    Leaf(name="state", label="State or province", kind=Text()),
    Leaf(name="locality", label="Locality", kind=Text()),
    Leaf(name="key_algorithm", label="Key that the server generates", kind=Pick("The first that the policy"
         " allows")),
    Leaf(name="signature_algorithm", label="Signature algorithm", kind=Pick("The default of the CA's key")),
    Leaf(name="key_usages", label="Key usages", kind=Checks(), hint="Those that the key cannot serve are"
         " left out."),
    Leaf(name="extended_key_usages", label="Extended key usages", kind=Checks()),
    Leaf(name="extended_key_usage_oids", label="Other extended key usages", kind=Lines(), hint="One OID a"
         " line."),
))  # fmt: skip
_THRESHOLD = Choice(name="renew_threshold", label="When is it renewed?", arms=(
    Arm(field="", label="When two thirds of its lifetime are over"),
    Arm(field="renew_before_days", label="A number of days before its end", leaf=Leaf(
        name="renew_before_days", label="Days before its end", kind=Whole(), placeholder="7", is_needed=True,
        hint="With 7, certificates that live 90 days are renewed at day 83.")),
    Arm(field="renew_before", label="A time before its end", leaf=Leaf(
        name="renew_before", label="Time before its end", kind=Span(), placeholder="12h", is_needed=True)),
    Arm(field="renew_before_percent", label="When a part of its lifetime is left", leaf=Leaf(
        name="renew_before_percent", label="Percent of its lifetime", kind=Whole(), placeholder="33",
        is_needed=True)),
))  # fmt: skip
_API = Group(name="api_config", parts=(
    Leaf(name="auto_renew", label="Enable auto-renewal by default", kind=Flag(),
         hint="The server renews each certificate in time, unless its request says otherwise."),
    _THRESHOLD,
    Leaf(name="renew_with_same_key", label="Renew certificates issued by CSR with the same CSR", kind=Flag(),
         hint="And so with the same key; the policy must allow it too. Otherwise the server does not renew"
         " them."),
))  # fmt: skip
_APPROVAL = Group(name="approval_config", parts=(
    Steps(name="steps", label="Step", most=10, parts=(
        Leaf(name="name", label="Name", kind=Text(), placeholder="security"),
        Leaf(name="approvals_required", label="Approvals needed", kind=Whole(), placeholder="1",
             hint="How many different people must approve, 1 to 10."),
        Leaf(name="identity_ids", label="Identities that may approve", kind=Lines(), hint=_IDS),
        Leaf(name="roles", label="Roles that may approve", kind=Checks()),
    )),
    Leaf(name="max_wait", label="How long a request may wait", kind=Span(), placeholder="7d",
         hint="Then it expires. Empty: 7 days."),
    Leaf(name="allow_self_approval", label="Requesters may approve their own requests", kind=Flag()),
    Leaf(name="renewals_need_no_approval", label="Renewals need no approval", kind=Flag()),
    Leaf(name="bypass_identity_ids", label="Identities whose requests need no approval", kind=Lines(),
         hint=_IDS),
))  # fmt: skip

SHEET: Final = Sheet(
    CertificateProfile,
    (
        Section(
            id="about",
            title="Name, CA and policy",
            text="A profile is what requests name: it ties the CA that signs to the policy that says what"
            " may be asked"
            " for. Enrollment is by API: over this page and by requests to the service.",
            example="my-api-profile: web servers, signed by the issuing CA.",
            parts=(
                Leaf(name="slug", label="Slug", kind=Text(), is_needed=True, placeholder="my-api-profile",
                     hint="Small letters, digits and hyphens; it begins with a letter. Unique in the"
                     " project."),
                Leaf(name="description", label="Description", kind=Text("note")),
                Leaf(name="ca_id", label="Certificate authority", kind=Text("select"), is_needed=True,
                     hint="Only an active one signs; requests to a profile on another are refused until it"
                     " is active."),
                Leaf(name="certificate_policy_id", label="Policy", kind=Text("select"), is_needed=True,
                     hint="It judges the defaults below at once, and each request."),
                Leaf(name="disabled", label="Disabled: the profile refuses all requests", kind=Flag()),
            ),
        ),
        Section(
            id="renewal",
            title="Auto-renewal",
            text="Certificates can be renewed by the server before they end: the key is new, the names stay.",
            example="With auto-renewal and 7 days, certificates that live 90 days are renewed at day 83.",
            parts=(_API,),
        ),
        Section(
            id="defaults",
            title="Defaults",
            text="What a certificate contains where its request says nothing. The policy must allow it;"
            " that is checked"
            " when you save.",
            example="Lifetime 60d, organization Example, TLS server authentication.",
            parts=(_DEFAULTS,),
        ),
        Section(
            id="approval",
            title="Approval",
            text="Without steps, what the policy allows is issued at once. With steps, a request waits"
            " until each of"
            " them, one after the other, has been approved by as many different people as it needs. Empty a"
            " step to"
            " remove it.",
            example="Step 1: two operators. Step 2: one identity of the security team.",
            parts=(_APPROVAL,),
        ),
        Section(
            id="keys",
            title="Keys and chains",
            text="What becomes of the keys that the server generates, and how strictly CSRs are read.",
            parts=(
                Leaf(name="private_key_delivery", label="Private keys", kind=Pick("Not said: as Deliver"
                     " once"),
                     hint="Deliver once: to the requester, in one answer. Sealed only: encrypted to their"
                     " own key."
                     " Forbid: the server makes none, and requests bring a CSR."),
                Leaf(name="strict_csr", label="Strict CSRs", kind=Flag(),
                     hint="A CSR with attributes or extensions that would not be taken over is refused,"
                     " rather than"
                     " stripped of them."),
                Leaf(name="truncate_to_ca", label="Cut lifetimes to the CA's end", kind=Flag(),
                     hint="Otherwise a request that reaches past it is refused."),
                Leaf(name="omit_root", label="Leave the root out of chains", kind=Flag()),
            ),
        ),
    ),
)  # fmt: skip
