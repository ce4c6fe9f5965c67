"""JSON over HTTP: the contract's annotations, served."""
