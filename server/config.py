"""Every setting: its default, unit, meaning, flag and environment name.

A setting ``grpc_address`` is the flag ``--grpc-address``, the environment
variable ``CERTMANAGER_GRPC_ADDRESS`` and the key ``grpc_address`` of the TOML
file that ``--config`` (``CERTMANAGER_CONFIG``) names. A flag beats the
environment, the environment beats the file. A name that is not listed here is
an error, wherever it stands; the variables of the client alone are passed over.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo

PREFIX = "CERTMANAGER_"
CONFIG_FILE = f"{PREFIX}CONFIG"
_CLIENTS = frozenset(
    f"{PREFIX}{name}" for name in ("ADDRESS", "CA_FILE", "CLIENT_CONFIG", "TOKEN", "TOKEN_FILE")
)
"""What the command line as a client reads: one environment may serve both."""

_BASE = re.compile(
    r"http://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?|http://\[[0-9a-fA-F:]+\](:[0-9]{1,5})?/?"
)
"""RFC 5280, 4.2.1.13 and 4.2.2.1: plain HTTP, for what is fetched there tells whether TLS can be trusted."""

_SECRET: JsonDict = {"flag": False}  # a flag would stand in the process list

Seconds = Annotated[float, Field(ge=0, le=86_400)]


class SettingsError(Exception):
    """A setting is unknown or has no valid value; the text is for the operator."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a listener binds; port 0 lets the system choose."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``HOST:PORT``; an IPv6 host stands in brackets."""
        host, colon, port = text.rpartition(":")
        if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:  # noqa: PLR2004
            raise ValueError("must be HOST:PORT, as 127.0.0.1:8443")
        return cls(host.strip("[]"), int(port))

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def at(self, port: int) -> Address:
        """The same host with the port that it got."""
        return Address(self.host, port)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Settings(BaseModel):
    """What an operator can choose; immutable once the server runs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data_dir: Path = Field(
        Path("data"), description="Directory of the database, the key-encryption key and ca.pem."
    )
    database_url: str = Field("", description="postgresql://…; empty: the SQLite file DATA/certmanager.db.")

    grpc_address: str = Field(
        "127.0.0.1:8443", description="HOST:PORT of the gRPC API; port 0 picks a free one."
    )
    http_address: str = Field(
        "127.0.0.1:8444",
        description="HOST:PORT of the JSON API and the web pages, over HTTPS; empty: none.",
    )
    metrics_address: str = Field(
        "127.0.0.1:9464", description="HOST:PORT of metrics and probes over plain HTTP; empty: none."
    )
    pki_http_address: str = Field(
        "", description="HOST:PORT of CRLs, OCSP and CA certificates over plain HTTP; empty: none."
    )
    pki_url: str = Field(
        "",
        description="Address of that listener as relying parties reach it, as http://pki.example.com:"
        " certificates name places under it; empty: they name none.",
    )
    mtls_address: str = Field(
        "",
        description="HOST:PORT of the gRPC API for clients that show a certificate of ours; empty: none.",
    )
    insecure_loopback: bool = Field(
        False, description="Serve gRPC and HTTP without TLS; only on loopback addresses."
    )
    tls_cert: Path | None = Field(
        None, description="PEM certificate chain to serve with, instead of one of our own."
    )
    tls_key: Path | None = Field(None, description="PEM private key of --tls-cert.")
    client_ca: Path | None = Field(
        None, description="PEM roots; clients must then show a certificate under them."
    )
    server_names: str = Field(
        "", description="More names and addresses of this server for its own certificate, by comma."
    )

    kek_file: Path | None = Field(None, description="File of the key-encryption key; default DATA/kek.")
    kek: SecretStr | None = Field(
        None, description="The key-encryption key, 64 hex digits.", json_schema_extra=_SECRET
    )
    kek_passphrase: SecretStr | None = Field(
        None, min_length=1, description="Derives the key-encryption key (scrypt).", json_schema_extra=_SECRET
    )

    bootstrap: bool = Field(True, description="Set up an empty database at the first start.")
    reflection: bool = Field(True, description="Describe the API to anyone who asks.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severity that is logged."
    )
    log_format: Literal["json", "text"] = Field("json", description="How a log line is written.")

    max_message_bytes: int = Field(
        1 << 20, ge=1 << 16, le=64 << 20, description="Largest message taken, in bytes."
    )
    max_concurrent_streams: int = Field(10_000, ge=1, description="Open calls on one connection.")
    max_pending_requests: int = Field(
        10_000, ge=1, description="Calls accepted and not yet started, over all connections."
    )
    unary_timeout: Seconds = Field(60, gt=0, description="Seconds that a call without a deadline may take.")
    drain_delay: Seconds = Field(
        1, description="Seconds between NOT_SERVING and closing, for a balancer to notice."
    )
    drain_grace: Seconds = Field(30, description="Seconds that running calls get to finish at shutdown.")

    watch_heartbeat: Seconds = Field(
        30, gt=0, description="Seconds between heartbeats of a stream whose client does not say."
    )
    watch_age: Seconds = Field(
        1800, gt=0, description="Seconds after which a stream is ended, give or take a fifth."
    )
    watch_patience: Seconds = Field(
        30, gt=0, description="Seconds that a stream's client may take to read a message."
    )
    watches_per_identity: int = Field(
        1000, ge=1, description="Open watches, and calls that wait, of one identity on one process."
    )

    retry_hours: float = Field(24, ge=24, le=8760, description="Hours that a request_id makes a retry safe.")
    key_claim_hours: float = Field(
        24, gt=0, le=8760, description="Hours that a key of a late issuance waits to be claimed."
    )
    history_days: float = Field(7, gt=0, le=3650, description="Days that watches can be resumed after.")
    upkeep_interval: Seconds = Field(
        10, gt=0, description="Seconds between rounds that expire, destroy and forget what is due."
    )

    session_hours: float = Field(
        12, gt=0, le=8760, description="Hours that a browser stays signed in, at most as long as its token."
    )

    @field_validator("grpc_address", "http_address", "metrics_address", "pki_http_address", "mtls_address")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value:
            Address.parse(value)
        return value

    @field_validator("pki_url")
    @classmethod
    def _is_base(cls, value: str) -> str:
        if value and not _BASE.fullmatch(value):
            raise ValueError("must be an http URL without user, query and fragment")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key go together")
        if self.insecure_loopback and not self.grpc.is_loopback:
            raise ValueError("insecure_loopback needs a loopback grpc_address")
        if self.insecure_loopback and self.http is not None and not self.http.is_loopback:
            raise ValueError("insecure_loopback needs a loopback http_address")
        if self.insecure_loopback and (self.tls_cert or self.client_ca):
            raise ValueError("insecure_loopback serves without TLS, tls_cert and client_ca need it")
        if sum(x is not None for x in (self.kek, self.kek_file, self.kek_passphrase)) > 1:
            raise ValueError("give one of kek, kek_file and kek_passphrase")
        return self

    @property
    def grpc(self) -> Address:
        """Where the gRPC API listens."""
        return Address.parse(self.grpc_address)

    @property
    def http(self) -> Address | None:
        """Where the JSON API and the web pages are served, if they are."""
        return Address.parse(self.http_address) if self.http_address else None

    @property
    def metrics(self) -> Address | None:
        """Where metrics and probes are served, if they are."""
        return Address.parse(self.metrics_address) if self.metrics_address else None

    @property
    def mtls(self) -> Address | None:
        """Where clients that show a certificate are served, if they are."""
        return Address.parse(self.mtls_address) if self.mtls_address else None

    @property
    def pki_http(self) -> Address | None:
        """Where CRLs, OCSP and CA certificates are served, if they are."""
        return Address.parse(self.pki_http_address) if self.pki_http_address else None

    @property
    def database(self) -> str:
        """The database's URL, the default resolved."""
        return self.database_url or f"sqlite:///{self.data_dir / 'certmanager.db'}"


def load(flags: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Settings:
    """Merge file, environment and flags, the later over the earlier; raise SettingsError."""
    chosen = {name: value for name, value in flags.items() if value is not None}
    path = chosen.pop("config", None) or environment.get(CONFIG_FILE)
    merged = {**_from_file(path), **_from_environment(environment), **chosen}
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        raise SettingsError("; ".join(_sentence(one) for one in error.errors())) from None


def _from_file(path: str | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"cannot read the settings file {path}: {error}") from None
    _refuse_unknown({name: f"'{name}' in {path}" for name in values})
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    others = {CONFIG_FILE, *_CLIENTS}
    ours = {
        name: value for name, value in environment.items() if name.startswith(PREFIX) and name not in others
    }
    keys = {name.removeprefix(PREFIX).lower(): name for name in ours}
    _refuse_unknown(keys)
    return {key: ours[name] for key, name in keys.items()}


def _refuse_unknown(places: Mapping[str, str]) -> None:
    unknown = sorted(place for key, place in places.items() if key not in Settings.model_fields)
    if unknown:
        raise SettingsError(f"unknown setting {', '.join(unknown)}")


def _sentence(error: Any) -> str:
    """One validation error for the operator, without the value: it may be a secret."""
    name = ".".join(str(part) for part in error["loc"])
    reason = error["msg"].removeprefix("Value error, ")
    return f"setting '{name}' ({flag(name)}, {PREFIX}{name.upper()}): {reason}" if name else reason


def flag(name: str) -> str:
    """The command-line spelling of a setting."""
    return "--" + name.replace("_", "-")


def flags() -> dict[str, FieldInfo]:
    """The settings that may stand on the command line."""
    return {name: info for name, info in Settings.model_fields.items() if info.json_schema_extra != _SECRET}
