"""Who may look and who may act: hosts, origins, the token, and the headers that every answer carries."""

import hashlib
import hmac
import ipaddress
import os
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from search.value import Value

COOKIE_AGE_SECONDS = 30 * 24 * 3600
POLICY = "; ".join(
    (
        *("default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self'", "connect-src 'self'"),
        *("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"),
    )
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""The referrer policy is no stricter because browsers then say that our own forms come from nowhere (`Origin: null`)."""


class Refused(Exception):
    """A request that is not answered; the message says why."""


def read_token(path: Path) -> str:
    """The token of a home, made at first use and readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(token := secrets.token_urlsafe(32))
    return token


class Guard(Value):
    """The rules of one page. On loopback everyone of this machine may look; elsewhere, and to act, the token is needed."""

    token: str
    host: str
    """Where the page listens."""

    @property
    def open_to_look(self) -> bool:
        """Whether looking needs no token."""
        return is_loopback(self.host)

    @property
    def form_key(self) -> str:
        """What a form of ours carries and no other site knows."""
        return _derived(self.token, "form")

    def session(self) -> str:
        """What the cookie holds; the token itself never leaves the printed address."""
        return _derived(self.token, "session")

    def cookie(self, request: web.Request) -> str:
        """The cookie's name: browsers keep one jar for all ports of a host."""
        return f"vibeserve-{request.url.port}"

    def knows(self, request: web.Request) -> bool:
        """Whether the browser has shown the token before."""
        return hmac.compare_digest(request.cookies.get(self.cookie(request), "").encode(), self.session().encode())

    def check(self, request: web.Request) -> None:
        """Refuse rebound hosts, other sites, and whoever lacks the token where it is needed."""
        if not self._names_us(request.host):
            raise Refused(f"this page is not known as {request.host!r}; open it by the address that `vibeserve ui` prints")
        site = request.headers.get("Sec-Fetch-Site", "none")
        arriving = request.method == hdrs.METH_GET and request.headers.get("Sec-Fetch-Mode") == "navigate"
        if site not in ("none", "same-origin") and not arriving:
            raise Refused("another site asked for this")
        origin = request.headers.get(hdrs.ORIGIN)
        if origin is not None and origin.partition("://")[2] != request.host:
            raise Refused("another site asked for this")
        if request.path != "/enter" and not self.open_to_look and not self.knows(request):
            raise Refused("this page needs its token: open it by the address that `vibeserve ui` prints")

    def check_form(self, request: web.Request, key: str) -> None:
        """An act needs the cookie, a form of ours, and an origin that says so."""
        if not self.knows(request):
            raise Refused("this needs the token: open the page by the address that `vibeserve ui` prints")
        if request.headers.get(hdrs.ORIGIN) is None and request.headers.get("Sec-Fetch-Site") != "same-origin":
            raise Refused("the browser did not say where this form came from")
        if not hmac.compare_digest(key.encode(), self.form_key.encode()):
            raise Refused("this form is not of this page: reload it and try again")

    def _names_us(self, host: str) -> bool:
        """Another site's name that was made to point here is none of ours; addresses cannot be made to."""
        name = _name_of(host)
        if self.open_to_look:
            return name == "localhost" or is_loopback(name)
        return name in ("localhost", self.host, socket.gethostname(), socket.getfqdn()) or _is_address(name)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def guarded(guard: Guard) -> Middleware:
    """The guard in front of every answer."""

    @web.middleware
    async def stand(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            guard.check(request)
            answer = await handler(request)
        except Refused as refused:
            answer = web.Response(status=403, text=f"Refused: {refused}.\n")
        except web.HTTPException as error:
            error.headers.update(HEADERS)
            raise
        if not answer.prepared:
            answer.headers.update({key: value for key, value in HEADERS.items() if key not in answer.headers})
        return answer

    return stand


def _derived(token: str, purpose: str) -> str:
    return hmac.new(token.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def _name_of(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] or host


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
