"""Pure PKI: values and functions over pyca/cryptography. No I/O, no asyncio, no SQL, no gRPC."""
