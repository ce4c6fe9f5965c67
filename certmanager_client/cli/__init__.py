"""The command-line program: a client of the API like any other.

It starts the server too (``serve``, ``bootstrap``, ``migrate``, ``audit verify``),
but only by name: nothing here imports it.
"""
