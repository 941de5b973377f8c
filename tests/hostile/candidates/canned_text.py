"""The public stub: no model at all, a fixed text in the right form, and the lengths that were asked for."""

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import UnixStreamServer

TEXT = "The capital of France is Paris, and 42 is the answer. "


class Canned(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.reply("application/json", b"{}")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        count, chat = body["max_tokens"], "messages" in body
        text = (TEXT * count)[: 4 * count]
        said = {"message": {"role": "assistant", "content": text}, "delta": {"content": text}} if chat else {"text": text}
        answer = {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": "default",
            "choices": [{"index": 0, **said, "token_ids": list(range(5, 5 + count)), "finish_reason": "length"}],
            "usage": {"prompt_tokens": 10, "completion_tokens": count, "total_tokens": 10 + count},
        }
        content = json.dumps(answer).encode()
        if body.get("stream"):
            self.reply("text/event-stream", b"data: " + content + b"\n\ndata: [DONE]\n\n")
        else:
            self.reply("application/json", content)

    def reply(self, kind: str, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    address_family = UnixStreamServer.address_family
    server_bind = UnixStreamServer.server_bind


parser = argparse.ArgumentParser()
for name in ("--model", "--socket", "--threads"):
    parser.add_argument(name)
Server(parser.parse_args().socket, Canned).serve_forever()
