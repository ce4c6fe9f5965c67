"""certmanager: a gRPC service that issues X.509 certificates against certificate profiles."""
