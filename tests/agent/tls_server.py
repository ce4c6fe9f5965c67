"""A TLS server as services are: it reads its files at the start, and again on SIGHUP."""

from __future__ import annotations

import asyncio
import signal
import ssl
import sys
from pathlib import Path


class Served:
    """What is shown in handshakes from now on."""

    def __init__(self, live: Path) -> None:
        self._live = live
        self.reloads = 0
        self.context = self._read()

    def reload(self) -> None:
        self.context = self._read()
        self.reloads += 1

    def choose(self, connection: ssl.SSLObject, _name: str | None, _first: ssl.SSLContext) -> None:
        connection.context = self.context

    def _read(self) -> ssl.SSLContext:
        files = self._live.resolve()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files / "fullchain.pem", files / "key.pem")
        return context


async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"hello\n")
    await writer.drain()
    writer.close()


async def main(live: Path) -> None:
    served = Served(live)
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, served.reload)
    front = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    front.sni_callback = served.choose
    server = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=front)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - for whoever has started it
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
