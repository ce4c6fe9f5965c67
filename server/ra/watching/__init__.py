"""Live streams: a request to its end, the queue of a project, a lineage of certificates, what to trust.

A watcher is a cursor and nothing more. The change table is its buffer, the hub
tells it when to look, and what it sends is read when it is sent: so changes in
quick succession become one message, a slow reader costs no memory, and any
process on the database can go on where another one stopped.
"""
