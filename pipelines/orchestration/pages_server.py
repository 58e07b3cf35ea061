"""HTTP server on 127.0.0.1 for a home's reports, releases and Data Docs; used by `nightshelf up`."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

SERVED_FOLDERS = ("report", "releases", "quality")
HOSTS = ("127.0.0.1", "localhost", "[::1]")
POLL_S = 0.05  # how often the server looks whether it shall end, in seconds


@contextmanager
def serve_pages(home: Path, port: int) -> Iterator[http.server.ThreadingHTTPServer]:
    """Serve `home` on 127.0.0.1 from a thread until the block ends; port 0 takes a free one (`server_port`)."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), partial(PagesHandler, directory=str(home)))
    threading.Thread(target=server.serve_forever, args=(POLL_S,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def find_page(home: Path, path: str) -> Path | None:
    """The file or folder that the path of a request names, all links resolved; None unless it may be served.

    `path` is as sent: percent-encoded, without a query. Served are the folders `report`, `releases` and `quality` of
    `home`, which may be links to another disk; links inside them may lead to any of the three, and nowhere else.
    """
    root, *parts = unquote(path).split("/")
    if root or not parts or parts[0] not in SERVED_FOLDERS or ".." in parts or "\\" in "".join(parts):
        return None
    try:
        target = home.joinpath(*parts).resolve(strict=True)
    except (OSError, RuntimeError, ValueError):  # missing or too long; a loop of links; a NUL byte
        return None
    served = any(target.is_relative_to((home / name).resolve()) for name in SERVED_FOLDERS)
    return target if served and (target.is_dir() or (target.is_file() and parts[-1])) else None


class PagesHandler(http.server.SimpleHTTPRequestHandler):
    """Answers GET and HEAD with the files of `find_page`; writes no log lines.

    A folder is answered with its index.html, or 404 without one: folders are not listed. A request under another
    host name than this machine's gets 403, so that no web page elsewhere can read a home by DNS rebinding.
    """

    server: http.server.ThreadingHTTPServer

    def send_head(self) -> Any:
        path = self.path.partition("?")[0]
        if not self._host_is_local():
            return None
        if path == "/":
            return self._redirect(302, "/report/")
        page = find_page(Path(self.directory), path)
        if page and page.is_dir():
            page = find_page(Path(self.directory), f"{path}/index.html")
            if page and not unquote(path).endswith("/"):
                return self._redirect(301, f"{path}/")
        if not page or not page.is_file():
            self.send_error(404)
            return None
        self.page = page
        return super().send_head()

    def translate_path(self, path: str) -> str:
        """The file that `send_head` of the base class opens: the one that was checked here; `path` is ignored."""
        return str(self.page)

    def log_message(self, format: str, *args: Any) -> None:
        return

    def _host_is_local(self) -> bool:
        """Whether the request names this server as its host; if not, it is answered here with 400 or 403."""
        hosts = self.headers.get_all("Host", [])
        port = self.server.server_port
        if len(hosts) != 1:
            self.send_error(400, explain=f"{len(hosts)} Host headers; a request needs exactly one.")
            return False
        if hosts[0].lower() not in {*HOSTS, *(f"{name}:{port}" for name in HOSTS)}:
            allowed = ", ".join(HOSTS)
            why = f'Host "{hosts[0]}" is not served; allowed: {allowed}. Open http://127.0.0.1:{port}/report/ instead.'
            self.send_error(403, explain=why)
            return False
        return True

    def _redirect(self, status: int, location: str) -> None:
        self.send_response(status)
        self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()
