"""The gRPC face: the only package that imports grpc and the generated contract."""
