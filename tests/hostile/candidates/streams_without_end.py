"""Keeps sending bytes."""

import honest
import routes


async def endless(request, answer, stream):
    response = routes.web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    while True:
        await response.write(b": nothing" + b"." * 65536 + b"\n\n")


routes.send_stream = endless
honest.main()
