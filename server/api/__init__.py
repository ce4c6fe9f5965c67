"""The gRPC face: the only package that imports grpc and the generated contract."""

from __future__ import annotations

import os

# gRPC's core writes plain text between the JSON lines of our log, also when a stranger breaks off a
# handshake; who wants it asks for it. It reads this once, while it is imported, which is after this.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
