"""Certificate policies, compiled: what requests against a profile may ask for.

A ``Policy`` is made once from what a person wrote, and cannot be wrong: its
parts raise PolicyFault if they contradict themselves. It judges the template
of the very certificate that would be signed, so that no route to a certificate
(CSR, attributes, profile defaults, renewal) leads around it. The rules that a
template can break, with their messages, stand in ``rules``.
"""

from __future__ import annotations

from server.ra.patterns import PatternFault, PolicyFault
from server.ra.policy.algorithms import KeyAlgorithmRules, SignatureAlgorithmRules
from server.ra.policy.common_name import CommonNameMode
from server.ra.policy.extensions import CustomExtensionRule, CustomExtensionRules
from server.ra.policy.limits import CARule, LifetimeRule
from server.ra.policy.names import AltNameRule, AltNameRules
from server.ra.policy.policy import Policy
from server.ra.policy.rules import ANY, NONE, Blanket, Rule
from server.ra.policy.subjects import SubjectRule, SubjectRules, subject_pattern
from server.ra.policy.usages import ExtendedKeyUsageRules, KeyUsageRules

__all__ = [
    "ANY",
    "NONE",
    "AltNameRule",
    "AltNameRules",
    "Blanket",
    "CARule",
    "CommonNameMode",
    "CustomExtensionRule",
    "CustomExtensionRules",
    "ExtendedKeyUsageRules",
    "KeyAlgorithmRules",
    "KeyUsageRules",
    "LifetimeRule",
    "PatternFault",
    "Policy",
    "PolicyFault",
    "Rule",
    "SignatureAlgorithmRules",
    "SubjectRule",
    "SubjectRules",
    "subject_pattern",
]
