"""Fixtures that every test may ask for."""

from __future__ import annotations

import os
import signal

from hypothesis import settings as property_tests

from tests.databases import (
    database_url,
    empty_database_url,
    postgres,
    postgres_template,
    postgres_url,
    sqlite_template,
    sqlite_url,
)
from tests.serving import (
    live,
    postgres_home,
    postgres_settings,
    settings,
    sqlite_home,
    sqlite_live,
    sqlite_settings,
)
from tests.store.plenty import full, full_postgres, full_sqlite, full_url

__all__ = [
    "database_url",
    "empty_database_url",
    "full",
    "full_postgres",
    "full_sqlite",
    "full_url",
    "live",
    "postgres",
    "postgres_home",
    "postgres_settings",
    "postgres_template",
    "postgres_url",
    "settings",
    "sqlite_home",
    "sqlite_live",
    "sqlite_settings",
    "sqlite_template",
    "sqlite_url",
]

# A program inherits what its starter ignores, as ``nohup`` does SIGHUP and a shell SIGINT for what it runs in
# the background: the tests of signals, and the programs that they start, are to hear them.
for _number, _usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)

# A slow machine is no fault of the code: no deadline. CI draws the same examples each time, so that
# what fails there fails for everybody; at a desk they differ from run to run.
property_tests.register_profile("desk", deadline=None)
property_tests.register_profile("ci", deadline=None, derandomize=True)
property_tests.load_profile("ci" if os.environ.get("CI") else "desk")
