"""The server of reports, releases and Data Docs: what it answers, and what of a home it never gives away."""

import http.client
from typing import NamedTuple

import pytest

from pipelines.orchestration.pages_server import serve_pages

SECRET = "the password of Airflow"
RELEASE = "releases/2026-03-31-01"


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: str


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "shop"
    for name, text in {
        "airflow/passwords.json": SECRET,
        "nightshelf.toml": SECRET,
        "reportx/index.html": SECRET,
        "report/index.html": "all releases",
        "report/100%.html": "a name with a percent sign",
        "report/no_index/page.html": "a page",
        "quality/2026-03-31-01-abc/inputs/index.html": "Data Docs",
        f"{RELEASE}/report.html": "the report of a night",
    }.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    (home / "current").symlink_to(RELEASE)
    return home


@pytest.fixture
def port(home):
    with serve_pages(home, 0) as server:
        yield server.server_port


def ask(port: int, path: str, method: str = "GET", hosts: tuple[str, ...] = ("127.0.0.1",)) -> Answer:
    """One request whose path and Host headers are sent as they are."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True)
        for host in hosts:
            connection.putheader("Host", host)
        connection.endheaders()
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read().decode())
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/report/", "all releases"),
        ("/report/index.html?sort=date", "all releases"),
        ("/report/100%25.html", "a name with a percent sign"),
        ("/%72eport/no_index/page.html", "a page"),
        ("/quality/2026-03-31-01-abc/inputs/", "Data Docs"),
        (f"/{RELEASE}/report.html", "the report of a night"),
    ],
)
def test_pages_are_served(port, path, text):
    answer = ask(port, path)
    assert (answer.status, answer.body) == (200, text)
    assert answer.headers["Content-Type"] == "text/html"


@pytest.mark.parametrize(
    "path",
    [
        "/report/../airflow/passwords.json",
        "/report/%2e%2e/airflow/passwords.json",
        "/report/.%2E/airflow/passwords.json",
        "/report/%2e%2e/releases/2026-03-31-01/report.html",
        "/report%2f..%2fairflow%2fpasswords.json",
        "/report/%252e%252e/airflow/passwords.json",
        "/report/..%5cairflow%5cpasswords.json",
        "/report/..\\airflow\\passwords.json",
        "/reportx/../airflow/passwords.json",
        "/reportx/",
        "//report/%2e%2e/airflow/passwords.json",
        "/%2e/airflow/passwords.json",
        "/airflow/passwords.json",
        "/nightshelf.toml",
        "/current/report.html",
        "/report/index.html/",
        "/report/missing.html",
        "/report/%00",
        "/report/%ff",
        "/report/" + "x" * 300,
        "/%2f" * 3,
        "http://127.0.0.1/report/",
        "report/index.html",
        "//[",
    ],
)
def test_nothing_else_is_served(port, path):
    answer = ask(port, path)
    assert answer.status == 404
    assert SECRET not in answer.body


def test_a_backslash_in_a_name_is_no_way_out(home, port):
    (home / "report" / "..\\airflow").write_text(SECRET)
    assert ask(port, "/report/..%5cairflow").status == 404


def test_links_are_followed_only_within_the_served_folders(home, port):
    for name, target in {
        "report/latest": "../current",
        "report/keys": "../airflow",
        "report/keys.json": "../airflow/passwords.json",
        "report/loop": "loop",
        "report/no_index/index.html": "../../airflow/passwords.json",
    }.items():
        (home / name).symlink_to(target)
    assert ask(port, "/report/latest/report.html").body == "the report of a night"
    for path in ("/report/keys/passwords.json", "/report/keys.json", "/report/loop", "/report/no_index/"):
        assert ask(port, path).status == 404, path


def test_releases_may_lie_on_another_disk(home, port, tmp_path):
    (home / "releases").rename(tmp_path / "disk")
    (home / "releases").symlink_to(tmp_path / "disk")
    assert ask(port, f"/{RELEASE}/report.html").body == "the report of a night"


def test_a_folder_without_index_is_not_listed(port):
    for path in ("/report/no_index", "/report/no_index/", "/releases/", f"/{RELEASE}"):
        answer = ask(port, path)
        assert answer.status == 404, path
        assert "page.html" not in answer.body


def test_folders_lead_to_their_index(port):
    assert (ask(port, "/").status, ask(port, "/").headers["Location"]) == (302, "/report/")
    answer = ask(port, "/report?sort=date")
    assert (answer.status, answer.headers["Location"]) == (301, "/report/")


def test_head_answers_as_get_without_a_body(port):
    for path, status in (("/report/", 200), ("/report/%2e%2e/airflow/passwords.json", 404), ("/report/no_index/", 404)):
        head, get = ask(port, path, "HEAD"), ask(port, path)
        assert (head.status, get.status, head.body) == (status, status, ""), path
        assert head.headers["Content-Length"] == get.headers["Content-Length"], path
    assert ask(port, "/report/", "HEAD", ("evil.example",)).status == 403


def test_hosts_of_this_machine_are_answered(port):
    for name in ("127.0.0.1", "localhost", "LocalHost", "[::1]"):
        for host in (name, f"{name}:{port}"):
            assert ask(port, "/report/", hosts=(host,)).status == 200, host


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost:1", "localhost@evil", "", "<b>"])
def test_a_foreign_host_is_refused(port, host):
    for path in ("/report/", "/"):
        answer = ask(port, path, hosts=(host,))
        assert answer.status == 403
        assert "all releases" not in answer.body
        assert f"http://127.0.0.1:{port}/report/" in answer.body  # the address to open instead
        assert "<b>" not in answer.body


def test_one_host_header_is_needed(port):
    for hosts in ((), ("localhost", "evil.example"), ("localhost", "localhost")):
        assert ask(port, "/report/", hosts=hosts).status == 400, hosts
