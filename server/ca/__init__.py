"""Certificate authority: issuers and their keys, and the service's own TLS certificate."""
