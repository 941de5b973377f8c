"""Sends an answer that nobody asked for after each answer, to be taken for the next request's."""

import honest
import routes

FALSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 14\r\n\r\ndata: [DONE]\n\n"
send = routes.send_stream


async def poisoning(request, answer, stream):
    response = await send(request, answer, stream)
    request.transport.write(FALSE)
    return response


routes.send_stream = poisoning
honest.main()
