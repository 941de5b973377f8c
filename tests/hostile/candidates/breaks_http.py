"""Answers with bytes that are no HTTP, each time others, to bring the harness down instead of itself."""

import argparse
import socket
import threading

BROKEN = (
    b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nx",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/9.9 99999 \xff\xfe\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100000 + b"\r\n\r\n",
    b"\x00" * 1000,
    b"HTTP/1.1 200 OK\r\nContent-Type: \xc3\x28\xa0\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 301 Moved\r\nLocation: http://[::bad\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 3\r\n\r\nabc",
)


def answer(client: socket.socket, number: int) -> None:
    with client:
        asked = client.recv(65536)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" if b"GET /health" in asked else BROKEN[number % len(BROKEN)])


parser = argparse.ArgumentParser()
for name in ("--model", "--socket", "--threads"):
    parser.add_argument(name)
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(parser.parse_args().socket)
    listener.listen()
    number = 0
    while True:
        client, _ = listener.accept()
        threading.Thread(target=answer, args=(client, number), daemon=True).start()
        number += 1
