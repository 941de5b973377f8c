"""The answers of the page: each reads the shelf and fills a template."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import suppress
from importlib.resources import files
from typing import cast
from urllib.parse import quote

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from activities.home import Home
from cli import figures
from cli.chronicle import Chapter, State
from cli.console import wording
from cli.console.acts import read_act
from cli.console.candidate_view import CandidateView, view_candidate
from cli.console.chain import stages
from cli.console.excerpt import excerpt
from cli.console.exposition import CONTENT_TYPE, exposition, families
from cli.console.guard import COOKIE_AGE_SECONDS, HEADERS, Guard, Refused
from cli.console.patch import FilePatch, as_markup, read_patch
from cli.console.pictures.mark import mark
from cli.console.pictures.strip import bar
from cli.console.pictures.svg import drawing
from cli.console.pulse import Pulse
from cli.console.search_view import SearchView, view_search
from cli.console.shelf import Shelf, Tale
from cli.console.talk import SESSION, Talk, arguments, is_short, read_talk, read_talks
from cli.embedded import EngineFailed, inspect
from cli.list import headline
from cli.mistakes import Failed, Misuse
from cli.orders import order_of, send
from search.verb import is_paused, parked
from workflows.identity import candidate_id, duel_id, search_id

STATIC = {"console.css": "text/css", "console.js": "text/javascript", "icon.svg": "image/svg+xml"}
LOOK_SECONDS = 2.0
REASON_LENGTH = 200


def make_templates() -> Environment:
    """Templates that escape whatever they are given, with the words and figures of the command line."""
    made = Environment(
        loader=PackageLoader("cli.console"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters.update(ratio=figures.ratio, duration=figures.duration, milliseconds=figures.milliseconds)
    made.filters.update(moment=figures.moment, verdict=wording.verdict, day=figures.day, code=as_markup)
    shown: dict[str, object] = {"bounds": figures.bounds, "interval": figures.interval, "figure": wording.figure, "bar": bar, "dot": _dot}
    shown |= {"is_short": is_short, "arguments": arguments}
    cast("dict[str, object]", made.globals).update(shown)
    return made


def _dot(state: State) -> str:
    """A verdict's mark in a line of text."""
    return drawing([mark(state, 8, 8, 5)], width=16, height=16, label="", class_="inline")


class Pages:
    """All that the page answers."""

    def __init__(self, home: Home, guard: Guard) -> None:
        """Nothing is read before somebody looks."""
        self._home = home
        self._guard = guard
        self._shelf = Shelf(home)
        self._pulse = Pulse(home)
        self._templates = make_templates()
        self._drawn: dict[str, SearchView] = {}
        self._drawing: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def routes(self) -> list[web.RouteDef]:
        """Where each answer is found."""
        one = "/search/{search:[a-z0-9][a-z0-9-]{0,39}}"
        return [
            web.get("/", self.searches),
            web.get("/enter", self.enter),
            web.get("/static/{name}", self.static),
            web.get("/live", self.live),
            web.get("/metrics", self.metrics),
            web.get(one, self.search),
            web.get(f"{one}/now", self.now),
            web.get(f"{one}/compare", self.compare),
            web.post(f"{one}/act", self.act),
            web.get(one + r"/{number:[0-9]{1,6}}", self.candidate),
            web.get(f"{one}/session/{{session:{SESSION}}}", self.session),
        ]

    async def enter(self, request: web.Request) -> web.Response:
        """Trade the token of the printed address for a cookie."""
        if request.query.get("token") != self._guard.token:
            raise Refused("this token is not that of this page")
        answer = web.Response(status=303, headers={"Location": "/"})
        answer.set_cookie(
            self._guard.cookie(request), self._guard.session(), max_age=COOKIE_AGE_SECONDS, httponly=True, samesite="Strict", path="/"
        )
        return answer

    async def static(self, request: web.Request) -> web.Response:
        """The style sheet, the script and the icon."""
        name = request.match_info["name"]
        if name not in STATIC:
            raise web.HTTPNotFound(text="there is no such file\n")
        body = (files("cli.console") / "static" / name).read_bytes()
        return web.Response(body=body, content_type=STATIC[name], headers={"Cache-Control": "max-age=3600"}, charset="utf-8")

    async def searches(self, request: web.Request) -> web.Response:
        """All searches of the home."""
        tales = await asyncio.to_thread(lambda: [self._shelf.tale(name) for name in self._shelf.searches()])
        rows = [(tale, headline(tale.spec, tale.records, tale.conclusion, tale.reviews, tale.broken)) for tale in tales]
        return self._page(request, "searches.html", rows=rows, home=str(self._home.root))

    async def search(self, request: web.Request) -> web.Response:
        """One search."""
        tale = await self._tale(request)
        state, part = request.query.get("verdict", ""), request.query.get("part", "")
        shown = excerpt(tale.chapters, state=_state(state) if state else None, part=_number(part) if part else None)
        told: dict[str, object] = {
            "tale": tale,
            "shown": shown,
            "by_time": request.query.get("over") == "time",
            "workflow": self._workflow(search_id(tale.search)),
            "acted": tale.verbs,
            "paused": is_paused(tale.verbs),
            "parked": parked(tale.verbs),
        }
        return await asyncio.to_thread(lambda: self._page(request, "search.html", 200, view=self._view(tale), **told))

    async def now(self, request: web.Request) -> web.Response:
        """What runs at this moment, as a part of the search's page."""
        search = request.match_info["search"]
        sight = await self._pulse.feel(search)
        return self._page(request, "now.html", sight=sight, search=search)

    async def metrics(self, request: web.Request) -> web.Response:
        """All searches as figures for Prometheus."""
        tales = await asyncio.to_thread(lambda: [self._shelf.tale(name) for name in self._shelf.searches()])
        sights = {tale.search: await self._pulse.feel(tale.search) for tale in tales if tale.conclusion is None}
        text = await asyncio.to_thread(lambda: exposition(families(tales, sights)))
        return web.Response(body=text.encode(), headers={"Content-Type": CONTENT_TYPE})

    async def candidate(self, request: web.Request) -> web.Response:
        """One candidate, with what it changed."""
        tale = await self._tale(request)
        chapter = _chapter(tale, int(request.match_info["number"]))
        view = await asyncio.to_thread(view_candidate, tale, chapter)
        parent = tale.chapter(chapter.parent) if chapter.parent is not None else None
        patch = await asyncio.to_thread(self._patch, tale, parent, chapter) if parent else ()
        talked = await asyncio.to_thread(self._talks, tale, chapter.number)
        runs = {"writing and gates": candidate_id(tale.search, chapter.number), "the duel": duel_id(tale.search, chapter.number)}
        workflows = {name: address for name, run in runs.items() if (address := self._workflow(run))}
        told: dict[str, object] = {"patch": patch, "base": parent, "talked": talked, "workflows": workflows}
        return self._page(request, "candidate.html", 200, view=view, tale=tale, **told)

    async def session(self, request: web.Request) -> web.Response:
        """One session of an agent, step by step."""
        tale, session = await self._tale(request), request.match_info["session"]
        ledger = self._shelf.ledger()
        talk = await asyncio.to_thread(read_talk, ledger, tale.search, session) if ledger else None
        if talk is None:
            raise web.HTTPNotFound(text=f"the search {tale.search} has no session {session}\n")
        return self._page(request, "session.html", tale=tale, talk=talk, number=int(session.partition("-")[0]))

    async def compare(self, request: web.Request) -> web.Response:
        """Two candidates beside each other."""
        tale = await self._tale(request)
        sides = [_chapter(tale, _number(request.query.get(name, "0"))) for name in ("before", "after")]
        views: list[CandidateView] = [view_candidate(tale, side) for side in sides]
        patch = await asyncio.to_thread(self._patch, tale, *sides)
        met = _met(tale, sides[0].number, sides[1].number)
        return self._page(request, "compare.html", views=views, tale=tale, patch=patch, met=met)

    async def act(self, request: web.Request) -> web.Response:
        """What an operator's form asks of a search."""
        form = {name: str(value).strip() for name, value in (await request.post()).items()}
        self._guard.check_form(request, form.get("key", ""))
        search, why = request.match_info["search"], " ".join(form.get("why", "").split())[:REASON_LENGTH]
        try:
            asked = await asyncio.to_thread(read_act, self._home, search, form)
            said = await send(self._home, search, order_of(asked, author=None, why=why or "from the page"))
        except (Misuse, Failed, EngineFailed) as error:
            return self._page(request, "said.html", 409, title="Not done", said=str(error), search=search)
        return self._page(request, "said.html", title="Done", said=said, search=search)

    async def live(self, request: web.Request) -> web.StreamResponse:
        """Says by server-sent events whenever a branch of the home has moved."""
        search = request.query.get("search", "")
        if search and search not in await asyncio.to_thread(self._names):
            raise web.HTTPNotFound(text="there is no such search\n")
        stream = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        with suppress(ConnectionResetError):  # whoever looked has gone
            await stream.prepare(request)
            async for event in self._events(search):
                await stream.write(event.encode())
        return stream

    async def _events(self, search: str) -> AsyncIterator[str]:
        state = ""
        while True:
            names = await asyncio.to_thread(self._states, search)
            yield f"event: {'moved' if state and names != state else 'tick'}\ndata: {len(names)}\n\n"
            state = names
            await asyncio.sleep(LOOK_SECONDS)

    def _states(self, search: str) -> str:
        return " ".join(self._shelf.state(name) for name in ([search] if search else self._names()))

    def _names(self) -> tuple[str, ...]:
        ledger = self._shelf.ledger()
        return ledger.searches() if ledger else ()

    async def _tale(self, request: web.Request) -> Tale:
        try:
            return await asyncio.to_thread(self._shelf.tale, request.match_info["search"])
        except Misuse as error:
            raise web.HTTPNotFound(text=f"{error}\n") from None

    async def warm(self, app: web.Application) -> AsyncIterator[None]:
        """Compile, read and draw all in the background, the latest search first, so that whoever looks first need not wait."""
        ended = threading.Event()
        reading = asyncio.create_task(asyncio.to_thread(self._read_all, ended))
        yield
        ended.set()
        await reading

    def _read_all(self, ended: threading.Event) -> None:
        for name in self._templates.list_templates(extensions=["html"]):
            self._templates.get_template(name)
        for name in self._shelf.searches():
            if ended.is_set():
                return
            view = self._view(self._shelf.tale(name))
            _ = view.over_candidates, view.tree, view.lanes

    def _view(self, tale: Tale) -> SearchView:
        with self._drawing[tale.search]:
            view = self._drawn.get(tale.search)
            if view is None or view.tale is not tale:
                page = f"/search/{tale.search}"
                view = self._drawn[tale.search] = view_search(tale, self._home, link=lambda number: f"{page}/{number}")
            return view

    def _patch(self, tale: Tale, before: Chapter, after: Chapter) -> tuple[FilePatch, ...]:
        ledger = self._shelf.ledger()
        trees = {entry.number: entry.source.tree for entry in tale.entries}
        return read_patch(ledger.diff(trees[before.number], trees[after.number])) if ledger else ()

    def _talks(self, tale: Tale, number: int) -> tuple[Talk, ...]:
        ledger = self._shelf.ledger()
        return read_talks(ledger, tale.search, number) if ledger else ()

    def _workflow(self, identity: str) -> str:
        """Temporal's own page about a workflow, empty where there is none."""
        engine = inspect(self._home)
        return f"{engine.ui_url}/namespaces/{engine.namespace}/workflows/{quote(identity, safe='')}" if engine.ui_url else ""

    def _page(self, request: web.Request, name: str, status: int = 200, **told: object) -> web.Response:
        key = self._guard.form_key if self._guard.knows(request) else ""
        text = self._templates.get_template(name).render(key=key, **told)
        return web.Response(status=status, text=text, content_type="text/html")


def _chapter(tale: Tale, number: int) -> Chapter:
    chapter = tale.chapter(number)
    if chapter is None:
        raise web.HTTPNotFound(text=f"the search {tale.search} has no candidate {number}\n")
    return chapter


def _number(text: str) -> int:
    if not (text.isdecimal() and len(text) < 7):
        raise web.HTTPBadRequest(text=f"{text!r} is not a number\n")
    return int(text)


def _state(text: str) -> State:
    for state in wording.VERDICTS:
        if state == text:
            return state
    raise web.HTTPBadRequest(text=f"there is no verdict {text!r}: {', '.join(wording.VERDICTS)}\n")


def _met(tale: Tale, before: int, after: int) -> int | None:
    """The one of two candidates that fought the other as champion."""
    opponents = {stage.number: stage.opponent for stage in stages(tale.records)}
    return next((one for one, other in ((before, after), (after, before)) if one != other and opponents.get(one) == other), None)
