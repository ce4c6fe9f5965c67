"""The demo's part with curl: the three requests of the page that the product implements."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

from tools.connecting import owner_token
from tools.examining import openssl
from tools.running import Server
from tools.telling import Untrue, expect, say, show, title

SHOWN = 48
"""Characters of a text that are shown before it is cut."""

CREATE_PROFILE = """\
curl --location --request POST '<address>/api/v1/cert-manager/certificate-profiles' \\
--header 'Authorization: Bearer <access-token>' \\
--header 'Content-Type: application/json' \\
--data-raw '{
"projectId": "<project-id>",
"caId": "<ca-id>",
"certificatePolicyId": "<certificate-policy-id>",
"slug": "my-curl-profile",
"description": "Certificate profile for API enrollment",
"enrollmentType": "API",
"apiConfig": {
"autoRenew": true,
"renewBeforeDays": 7
}
}'"""

ISSUE = """\
curl --location --request POST '<address>/api/v1/cert-manager/certificates' \\
--header 'Authorization: Bearer <access-token>' \\
--header 'Content-Type: application/json' \\
--data-raw '{
"profileId": "<certificate-profile-id>",
"attributes": {
"commonName": "service.acme.com",
"ttl": "1y",
"signatureAlgorithm": "RSA-SHA256",
"keyAlgorithm": "RSA_2048",
"keyUsages": ["digital_signature", "key_encipherment"],
"extendedKeyUsages": ["server_auth"],
"altNames": [
{
"type": "DNS",
"value": "service.acme.com"
},
{
"type": "DNS",
"value": "www.service.acme.com"
}
]
},
"metadata": [
{ "key": "env", "value": "production" },
{ "key": "team", "value": "platform" }
]
}'"""

ISSUE_BY_CSR = """\
curl --location --request POST '<address>/api/v1/cert-manager/certificates' \\
--header 'Authorization: Bearer <access-token>' \\
--header 'Content-Type: application/json' \\
--data-raw '{
"profileId": "<certificate-profile-id>",
"csr": "<csr>",
"attributes": {
"ttl": "1y"
}
}'"""


def curls(server: Server, directory: Path, *, host: str) -> None:
    """A profile and two certificates by curl, which knows the server's CA from its environment."""
    title("The same with curl: JSON over HTTPS, and the pages for people")
    address = server.endpoints["http"]
    say(f"the web pages are on {address}/ : sign in with the token in owner.token")
    say("export CURL_CA_BUNDLE=ca.pem")
    words = {"address": address, "access-token": owner_token(server), **_ids(server.ids)}
    profile = asked(server, CREATE_PROFILE, words)["certificateProfile"]
    words["certificate-profile-id"] = profile["id"]
    issued = asked(server, ISSUE, words)["certificate"]
    expect("the answer holds certificate, chain and private key", holds="PRIVATE KEY" in issued["privateKey"])
    csr = directory / "curl.csr"
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", str(directory / "curl.key"),
            "-out", str(csr), "-subj", f"/C=US/ST=Ohio/CN={host}")  # fmt: skip
    words["csr"] = csr.read_text().replace("\n", "\\n")
    issued = asked(server, ISSUE_BY_CSR, words)["certificate"]
    expect("the answer holds no private key", holds="privateKey" not in issued)


def asked(server: Server, command: str, words: dict[str, str]) -> dict[str, Any]:
    """The answer to a command of curl's, both shown. Raises Untrue if it is refused."""
    show(told(command, words))
    filled = re.sub(r"<([a-z-]+)>", lambda found: words[found[1]], command)
    done = subprocess.run(
        [*shlex.split(filled.replace("\\\n", "")), "--silent", "--show-error"],
        env={**os.environ, "CURL_CA_BUNDLE": str(server.data / "ca.pem")},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout)
    show(json.dumps(shortened(answer), indent=2, ensure_ascii=False))
    if "code" in answer:
        raise Untrue("curl was refused")
    return answer


def told(command: str, words: dict[str, str]) -> str:
    """The command with its ids, but without its secret, and not longer than one wants to read."""
    shown = words | {"access-token": "<access-token>"}
    return re.sub(r"<([a-z-]+)>", lambda found: shortened(shown[found[1]]), command)


def shortened(value: Any) -> Any:
    """The value with each text cut, so that no private key is on a screen."""
    if isinstance(value, dict):
        return {name: shortened(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shortened(each) for each in value]
    if isinstance(value, str) and len(value) > SHOWN:
        return value[: value.find("\n") + 1 or SHOWN] + "…"
    return value


def _ids(ids: dict[str, str]) -> dict[str, str]:
    return {
        "project-id": ids["project_id"],
        "ca-id": ids["rsa_ca_id"],
        "certificate-policy-id": ids["certificate_policy_id"],
    }
