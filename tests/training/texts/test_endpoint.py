"""The client of a text endpoint: what it sends, and to whom."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipelines.settings.texts import Texts
from recommender.texts.all_languages import LANGUAGES
from recommender.texts.facts import ProductFacts
from training.texts.endpoint import KEY, Endpoint
from training.texts.writer import TextRequest, WriterUnavailable


class Answering(ThreadingHTTPServer):
    """A server that answers every POST with `status` and `headers`, and keeps the headers that it was sent."""

    def __init__(self, status: int, **headers: str) -> None:
        server, self.sent = self, []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                server.sent.append(dict(self.headers))
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *args):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def other() -> Iterator[Answering]:
    with Answering(200) as server:
        yield server
        server.shutdown()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_is_said_in_one_sentence(other, status, monkeypatch):
    monkeypatch.setenv(KEY, "the key of the endpoint")
    elsewhere = f"localhost:{other.server_port}"
    with Answering(status, Location=f"http://{elsewhere}/v1/chat/completions?ticket=secret") as first:
        endpoint = Endpoint(Texts(generator=f"http://127.0.0.1:{first.server_port}/v1"), LANGUAGES["en"])
        with pytest.raises(WriterUnavailable) as refused:
            endpoint.write([TextRequest((ProductFacts("hat"),))])
        first.shutdown()
    assert [sent["Authorization"] for sent in first.sent] == ["Bearer the key of the endpoint"]
    assert other.sent == []
    assert str(refused.value) == (
        f"[texts] generator = http://127.0.0.1:{first.server_port}/v1 redirects to {elsewhere}. Redirects are not "
        "followed, so that the key and the products go to nobody else; set the address that answers itself"
    )
