"""Registration authority: who may have what. Policy, profile, request, access."""
