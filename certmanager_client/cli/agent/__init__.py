"""``certmanager agent``: keeps a service's key and certificate fresh on the disk. See docs/agent.md."""
