"""Keys that come sealed (HPKE): to whom, the file that holds one, and ``open-key``. See docs/issuance.md."""
