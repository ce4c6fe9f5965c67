"""``python -m certmanager_client.cli`` is ``certmanager``."""

from __future__ import annotations

from certmanager_client.cli.main import main

if __name__ == "__main__":
    main()
