"""Answers with documents that are hard to read: endless nesting, huge numbers, half characters, repeated names."""

import itertools

import honest
import routes
from aiohttp import web

BROKEN = (
    "[" * 200000,
    '{"choices": [{"index": 0, "text": "\\ud800", "token_ids": [1], "finish_reason": "length"}]}',
    '{"choices": [{"index": 0, "text": "a", "token_ids": [' + "9" * 5000 + '], "finish_reason": "length"}]}',
    '{"choices": [{"index": 0, "text": "a", "token_ids": [18446744073709551616], "finish_reason": "length"}]}',
    '{"choices": [{"index": 0, "text": "a", "token_ids": [1.0], "finish_reason": "length"}], "usage": 1e999}',
    '{"choices": [], "choices": [{"index": -1}]}',
    '{"choices": [{"index": 0, "text": "a", "token_ids": [true], "finish_reason": "length"}]}',
)
turn = itertools.count()


async def broken(answer, stream):
    return web.Response(text=BROKEN[next(turn) % len(BROKEN)], content_type="application/json")


routes.send_whole = broken
honest.main()
