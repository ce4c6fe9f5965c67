"""Certificate requests that wait: read, decided about, withdrawn, expired."""
