"""The renewal of certificates: on demand, and by the server when they are due."""
