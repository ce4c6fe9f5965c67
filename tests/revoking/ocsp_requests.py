"""OCSP requests octet by octet, for what no library would write."""

from __future__ import annotations

SHA1 = bytes.fromhex("06052b0e03021a")
MD5 = bytes.fromhex("06082a864886f70d0205")
NONCE = bytes.fromhex("06092b0601050507300102")
ACCEPTABLE = bytes.fromhex("06092b0601050507300104")
BASIC = bytes.fromhex("06092b0601050507300101")
STRANGE = bytes.fromhex("06092b060105050730017f")


def tlv(tag: int, *content: bytes) -> bytes:
    """One value in DER."""
    octets = b"".join(content)
    size = len(octets)
    if size < 0x80:
        return bytes([tag, size]) + octets
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + octets


def cert_id(
    *, oid: bytes = SHA1, size: int = 20, serial: bytes = b"\x05", parameters: bytes = b"\x05\x00"
) -> bytes:
    """A CertID of an issuer that nobody has."""
    return tlv(0x30, tlv(0x30, oid, parameters), tlv(4, b"n" * size), tlv(4, b"k" * size), tlv(2, serial))


def extension(oid: bytes, value: bytes, *, critical: bool = False) -> bytes:
    """An Extension."""
    return tlv(0x30, oid, b"\x01\x01\xff" if critical else b"", tlv(4, value))


def request(
    *cert_ids: bytes, extensions: bytes = b"", single: bytes = b"", before: bytes = b"", after: bytes = b""
) -> bytes:
    """An OCSPRequest; ``before`` is version and requestor, ``after`` the signature."""
    asked = tlv(0x30, *(tlv(0x30, one, tlv(0xA0, tlv(0x30, single)) if single else b"") for one in cert_ids))
    of_request = tlv(0xA2, tlv(0x30, extensions)) if extensions else b""
    return tlv(0x30, tlv(0x30, before, asked, of_request), after)
