"""What a connection pooler shows a client: it answers the start-up itself, with its own process number.

PgBouncer, Odyssey and Pgpool make up the pair of numbers by which a query is cancelled, because no server
process belongs to the client. Everything else passes through.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

SSL_REQUEST = (80877103).to_bytes(4, "big")


@asynccontextmanager
async def pooled(dsn: str) -> AsyncIterator[str]:
    """The same database through a pooler, as a DSN."""
    parts = urlsplit(dsn)

    async def serve(client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        server, ask = await asyncio.open_connection(parts.hostname, parts.port)
        async with asyncio.TaskGroup() as both:
            both.create_task(_asked(client, ask, answer))
            both.create_task(_answered(server, answer))

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    user, _, _ = parts.netloc.rpartition("@")
    yield urlunsplit(parts._replace(netloc=f"{user}@127.0.0.1:{port}"))
    listener.close()


async def _asked(
    client: asyncio.StreamReader, ask: asyncio.StreamWriter, answer: asyncio.StreamWriter
) -> None:
    while data := await client.read(65_536):
        if data[4:8] == SSL_REQUEST:
            answer.write(b"N")
        else:
            ask.write(data)
    ask.close()


async def _answered(server: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
    started = False
    while not started:
        head = await server.readexactly(5)
        body = await server.readexactly(int.from_bytes(head[1:], "big") - 4)
        started = head[:1] == b"Z"
        answer.write(head + (b"\x00\x00\x13\x37" + body[4:] if head[:1] == b"K" else body))
    while data := await server.read(65_536):
        answer.write(data)
    answer.close()
