"""Proves that what was answered is stored: a killed server is started again, and its rows are read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from bench.material import read_frames
from certmanager.v1.certificate_service_pb2 import IssueCertificateResponse
from tools.running import Server


def certificate_ids(files: Iterable[Path]) -> set[str]:
    """The certificates that the answers in the files hand out."""
    return {
        IssueCertificateResponse.FromString(octets).certificate.certificate_id
        for path in files
        for octets in read_frames(path)
    }


def kept(certificates: set[str], killed: Server) -> int:
    """How many of the certificates are in the database once a new server has opened it."""
    with Server(killed.data, killed.log) as server:
        server.stop()
    with closing(sqlite3.connect(killed.data / "certmanager.db")) as connection:
        rows = connection.execute("SELECT id FROM certificate").fetchall()
    return len(certificates & {id_ for (id_,) in rows})
