"""OpenSSL's opinion of many certificates at once: one process for all that one CA signed."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

_ML_DSA = "2.16.840.1.101.3.4.3."


def openssl_faults(leaves: Sequence[Certificate], chain: Sequence[Certificate]) -> dict[int, str]:
    """What ``openssl verify -x509_strict`` says against them, by their places; ``chain`` ends with the root.

    Times are left to others, because some certificates are of the future, and
    OpenSSL 3.0 knows no ML-DSA: chains with such a key are left out.
    """
    known = [
        place for place, leaf in enumerate(leaves) if not any(_is_unknown(each) for each in (leaf, *chain))
    ]
    if not known:
        return {}
    with TemporaryDirectory() as directory:
        home = Path(directory)
        _write(home / "root", chain[-1:])
        _write(home / "chain", chain)
        for place in known:
            _write(home / str(place), [leaves[place]])
        said = _ask(home, known)
    # Each certificate is answered on a line that ends in OK, or on others that name its file.
    return {place: said for place in known if f"\n{place}: OK\n" not in said}


def _ask(home: Path, places: Sequence[int]) -> str:
    trusted = ["-no-CApath", "-no-CAstore", "-CAfile", "root", "-untrusted", "chain"]
    judged = ["-x509_strict", "-no_check_time", "-ignore_critical"]
    command = ["openssl", "verify", *judged, *trusted, *map(str, places)]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=60, check=False)
    return f"\n{done.stdout}{done.stderr}"


def _write(path: Path, certificates: Sequence[Certificate]) -> None:
    path.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in certificates))


def _is_unknown(certificate: Certificate) -> bool:
    oids = certificate.signature_algorithm_oid, certificate.public_key_algorithm_oid
    return any(oid.dotted_string.startswith(_ML_DSA) for oid in oids)
