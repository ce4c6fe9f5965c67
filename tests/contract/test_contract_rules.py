from __future__ import annotations

import importlib
import itertools
from typing import cast

import protovalidate
import pytest
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from buf.validate import validate_pb2
from certmanager.v1 import certificate_pb2, profile_pb2, profile_service_pb2
from certmanager.v1.options_pb2 import Literal
from tests.contract.walk import ROOT, extension, fields_under, messages, ours, requests

TEXT = (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES)

each_request = pytest.mark.parametrize("request_type", requests(), ids=lambda message: message.name)


def rules(field: FieldDescriptor) -> validate_pb2.FieldRules:
    return cast("validate_pb2.FieldRules", extension(field, validate_pb2.field))


@pytest.mark.parametrize("message", messages(), ids=lambda message: message.name)
def test_the_rules_of_each_message_compile(message: Descriptor) -> None:
    """A wrong rule raises where a message is first checked, not where it is written."""
    protovalidate.collect_violations(message_factory.GetMessageClass(message)())


@each_request
def test_each_list_of_a_request_is_bounded(request_type: Descriptor) -> None:
    """No repeated field that a caller fills can be of any length."""
    held = [field for field in fields_under(request_type) if field.is_repeated]
    assert [field.full_name for field in held if not rules(field).repeated.max_items] == []


@each_request
def test_each_text_of_a_request_is_bounded(request_type: Descriptor) -> None:
    """No string or bytes field that a caller fills can be of any length."""
    held = [field for field in fields_under(request_type) if field.type in TEXT]
    assert [field.full_name for field in held if not is_bounded(field)] == []


@each_request
def test_each_enum_of_a_request_is_closed(request_type: Descriptor) -> None:
    """A value that this server does not know is refused, never taken for another."""
    held = [field for field in fields_under(request_type) if field.enum_type]
    assert [field.full_name for field in held if not own_rules(field).enum.defined_only] == []


def test_each_list_of_texts_is_bounded() -> None:
    """Also in answers; the literals stand in the contract itself and never travel."""
    held = [field for message in messages() for field in message.fields if field.is_repeated]
    texts = [field for field in held if field.type in TEXT and field.containing_type != Literal.DESCRIPTOR]
    assert [field.full_name for field in texts if not rules(field).repeated.max_items] == []


def own_rules(field: FieldDescriptor) -> validate_pb2.FieldRules:
    """The rules of the field's value, or of each of its values."""
    return rules(field).repeated.items if field.is_repeated else rules(field)


def is_bounded(field: FieldDescriptor) -> bool:
    own = own_rules(field)
    return bool(own.string.max_len or own.string.uuid or own.bytes.max_len)


def test_a_profile_s_defaults_are_fields_of_the_attributes() -> None:
    """Same name, number and type: defaults merge into attributes without a table."""
    asked = certificate_pb2.CertificateAttributes.DESCRIPTOR.fields_by_name
    for field in profile_pb2.CertificateDefaults.DESCRIPTOR.fields:
        other = asked[field.name]
        assert (field.number, field.type, field.has_presence) == (
            other.number,
            other.type,
            other.has_presence,
        )


def test_a_profile_has_every_field_that_its_creation_has() -> None:
    """What a caller sets they see again."""
    created = profile_service_pb2.CreateCertificateProfileRequest.DESCRIPTOR.fields_by_name
    shown = profile_pb2.CertificateProfile.DESCRIPTOR.fields_by_name
    assert set(created) - set(shown) == {"request_id"}


def test_every_generated_module_can_be_imported() -> None:
    """gen/ is an import root, and its modules need nothing that is not installed."""
    folders = [ROOT / "gen" / "certmanager", ROOT / "gen" / "buf"]
    for path in itertools.chain.from_iterable(folder.rglob("*.py") for folder in folders):
        importlib.import_module(".".join(path.relative_to(ROOT / "gen").with_suffix("").parts))


def test_the_messages_of_others_are_not_ours() -> None:
    """Timestamps and statuses are taken from their packages, not copied."""
    held = {field.message_type for message in messages() for field in message.fields if field.message_type}
    foreign = {message.file.package for message in held if not ours(message)}
    assert foreign == {"google.protobuf", "google.rpc"}
