from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor
LITERAL_FIELD_NUMBER: _ClassVar[int]
literal: _descriptor.FieldDescriptor
PERMISSION_FIELD_NUMBER: _ClassVar[int]
permission: _descriptor.FieldDescriptor

class Literal(_message.Message):
    __slots__ = ("json", "alias")
    JSON_FIELD_NUMBER: _ClassVar[int]
    ALIAS_FIELD_NUMBER: _ClassVar[int]
    json: str
    alias: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, json: _Optional[str] = ..., alias: _Optional[_Iterable[str]] = ...) -> None: ...
