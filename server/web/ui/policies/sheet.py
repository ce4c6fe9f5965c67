"""The form of a policy."""

from __future__ import annotations

from typing import Final

from certmanager.v1.policy_pb2 import CertificatePolicy
from server.web.ui.editing.choices import Arm, Choice
from server.web.ui.editing.kinds import Flag, Pick, Span, Text, Whole
from server.web.ui.editing.lists import Rules
from server.web.ui.editing.many import Checks, Extensions, Lines
from server.web.ui.editing.parts import Group, Leaf, Part
from server.web.ui.editing.sheet import Section, Sheet

_WINS: Final = "One a line. A denied match beats an allowed one."


def _three(name: str, *, section: str, rules: str, parts: tuple[Part, ...], none: str, any_: str) -> Choice:
    """None, any, or by rules."""
    return Choice(
        name=section,
        label=name,
        arms=(
            Arm(field="", label=none),
            Arm(field=f"any_{section}", label=any_),
            Arm(field=rules, label="By rules", parts=parts),
        ),
    )


_SUBJECT = _three(
    "Which subject attributes may be asked for?",
    section="subject", rules="subject_rules", none="None", any_="Any",
    parts=(
        Rules(name="rules", key="type", parts=(
            Leaf(name="allowed", label="Allowed values", kind=Lines(), hint="One a line; * is any run of"
                 " characters."),
            Leaf(name="denied", label="Denied values", kind=Lines(), hint=_WINS),
            Leaf(name="required", label="Must be present", kind=Flag()),
        )),
    ),
)  # fmt: skip
_ALT_NAMES = _three(
    "Which alternative names may be asked for?",
    section="alt_names", rules="alt_name_rules", none="None", any_="Any",
    parts=(
        Rules(name="rules", key="type", only=(("allow_wildcard_names", "DNS"),), parts=(
            Leaf(name="allowed", label="Allowed names", kind=Lines(), hint="One pattern a line."),
            Leaf(name="denied", label="Denied names", kind=Lines(), hint=_WINS),
            Leaf(name="required", label="Required names", kind=Lines(),
                 hint="Some name must match each line; what matches is thereby allowed."),
            Leaf(name="allow_wildcard_names", label="Wildcard names may be asked for", kind=Flag(),
                 hint="A name as *.example.com in the certificate itself. A pattern must cover it besides."),
        )),
    ),
)  # fmt: skip
_KEY_USAGES = _three(
    "Which key usages may be asked for?",
    section="key_usages", rules="key_usage_rules", none="None (a CA's follow from its being one)", any_="Any",
    parts=(
        Leaf(name="allowed", label="May be asked for", kind=Checks()),
        Leaf(name="required", label="Must be in the certificate", kind=Checks(), hint="Thereby allowed."),
    ),
)  # fmt: skip
_OID = "One OID a line, dotted, as 1.3.6.1.4.1.311.20.2.2."
_EXTENDED = _three(
    "Which extended key usages may be asked for?",
    section="extended_key_usages", rules="extended_key_usage_rules", none="None", any_="Any",
    parts=(
        Leaf(name="allowed", label="May be asked for", kind=Checks()),
        Leaf(name="allowed_oids", label="Others that may be asked for", kind=Lines(), hint=_OID),
        Leaf(name="required", label="Must be in the certificate", kind=Checks(), hint="Thereby allowed."),
        Leaf(name="required_oids", label="Others that must be in the certificate", kind=Lines(), hint=_OID),
    ),
)  # fmt: skip
_KEYS = _three(
    "Which keys may be certified?",
    section="key_algorithms", rules="key_algorithm_rules", any_="Any",
    none="None: nothing can be issued",
    parts=(Leaf(name="allowed", label="Allowed keys", kind=Checks()),),
)  # fmt: skip
_SIGNATURES = _three(
    "Which signature algorithms may be asked for?",
    section="signature_algorithms", rules="signature_algorithm_rules",
    none="Only the default of the CA's key", any_="Any that the CA's key can make",
    parts=(Leaf(name="allowed", label="Allowed signature algorithms", kind=Checks()),),
)  # fmt: skip
_EXTENSIONS = _three(
    "Which custom extensions may be asked for?",
    section="custom_extensions", rules="custom_extension_rules", none="None", any_="Any, critical or not",
    parts=(
        Leaf(name="rules", label="Extensions", kind=Extensions(),
             hint="One OID a line; after it may stand critical (it may be marked so) and required (it must"
             " be there).",
             placeholder="1.3.6.1.4.1.99999.1 critical required"),
    ),
)  # fmt: skip
_VALIDITY = Group(name="validity", parts=(
    Leaf(name="default_lifetime", label="Usual lifetime", kind=Span(), placeholder="90d",
         hint="For requests and profiles that say nothing. Empty: 90 days, brought between the other two."),
    Leaf(name="max_lifetime", label="Longest lifetime", kind=Span(), placeholder="90d",
         hint="Empty: as long as the CA allows."),
    Leaf(name="min_lifetime", label="Shortest lifetime", kind=Span(), placeholder="1h", hint="Empty: one"
         " minute."),
    Leaf(name="backdate", label="Set back by", kind=Span(), placeholder="60s",
         hint="So far lies the beginning before the issuance, for clocks that are slow. Part of the"
         " lifetime, and"
         " at most a tenth of it. Empty: 60 seconds. 0s: not at all."),
))  # fmt: skip
_CA = Choice(name="is_ca", label="May CA certificates be asked for?", arms=(
    Arm(field="", label="No"),
    Arm(field="ca", label="Yes", parts=(
        Leaf(name="required", label="Only CA certificates", kind=Flag()),
        Leaf(name="max_path_length", label="Greatest path length", kind=Whole(),
             hint="How many CAs may stand below it: 0 for none. Empty: any below the issuer's."),
    )),
))  # fmt: skip

SHEET: Final = Sheet(
    CertificatePolicy,
    (
        Section(
            id="about",
            title="Name",
            text="By its slug people and programs name the policy; the description says what it is for.",
            example="web: TLS servers below example.com",
            parts=(
                Leaf(name="slug", label="Slug", kind=Text(), is_needed=True, placeholder="web",
                     hint="Small letters, digits and hyphens; it begins with a letter. Unique in the"
                     " project."),
                Leaf(name="description", label="Description", kind=Text("note")),
            ),
        ),
        Section(
            id="names",
            title="Alternative names",
            text="The names that a certificate is for: what TLS clients compare with the name they called."
            " A kind that is not ticked may not be asked for.",
            example="*.example.com is one label more, **.example.com one or more, ** any DNS name;"
            " 10.0.0.0/8 a"
            " network; example.com every e-mail address at that domain; spiffe://example.org/web/ all that"
            " is below.",
            parts=(_ALT_NAMES,),
        ),
        Section(
            id="subject",
            title="Subject",
            text="Attributes of the subject. One that is not ticked may not be asked for.",
            example="Common name allowed *.example.com; organization allowed Example *.",
            parts=(
                _SUBJECT,
                Leaf(name="common_name_mode", label="The common name and the alternative names",
                     kind=Pick("Not said: as Copy"),
                     hint="Copy: a common name that is a DNS name is added to the alternative names."
                     " Require: it must be"
                     " one of them. Ignore: they have nothing to do with each other."),
            ),
        ),
        Section(
            id="keys",
            title="Keys",
            text="Kinds and sizes of keys. Where nobody asks for one, it is P-256 if that is allowed, else"
            " RSA 2048,"
            " else the first.",
            example="ECDSA P-256 and P-384 for servers that are new; RSA 2048 for clients that are old.",
            parts=(
                _KEYS,
                Leaf(name="allow_key_reuse", label="A renewal may certify the same key again", kind=Flag(),
                     hint="Otherwise each renewal needs a new key."),
            ),
        ),
        Section(
            id="signatures",
            title="Signatures",
            text="The algorithm that the CA signs with. Most policies leave it to the CA's key.",
            parts=(_SIGNATURES,),
        ),
        Section(
            id="usages",
            title="Key usages",
            text="What the key may be used for. A TLS server needs a digital signature, and key"
            " encipherment only for"
            " old RSA clients.",
            parts=(_KEY_USAGES,),
        ),
        Section(
            id="extended-usages",
            title="Extended key usages",
            text="The purposes that programs look for.",
            example="TLS server authentication required: then it is in each certificate, asked for or not.",
            parts=(_EXTENDED,),
        ),
        Section(
            id="validity",
            title="Validity",
            text="How long certificates live, to the second. Write 90d, 12h or 1y (365 days); units are s,"
            " m (minutes),"
            " h, d, w and y.",
            example="Usual 30d and longest 90d: who says nothing gets 30 days, nobody more than 90.",
            parts=(_VALIDITY,),
        ),
        Section(
            id="extensions",
            title="Custom extensions",
            text="Extensions that requests bring as they are. Those that the server makes itself can never"
            " be asked for.",
            parts=(_EXTENSIONS,),
        ),
        Section(
            id="ca",
            title="CA certificates",
            text="Whether requests may ask for a certificate that itself signs others. Leave it at No"
            " unless the policy"
            " is for CAs.",
            parts=(_CA,),
        ),
    ),
)  # fmt: skip
