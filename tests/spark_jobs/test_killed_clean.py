"""Raw user ids after the step `clean` was killed: nowhere but in the shop's own files once the next command has run."""

import os
import signal
import subprocess
import sys
import time

import pytest
import zstandard

from pipelines.night.user_key import make_user_key

pytestmark = pytest.mark.slow

RAW_ID = b"customer-number-4711"
EVENT = b'{"user_id": "%b", "product_id": "mug", "event_type": "view", "ts": "2025-03-10 10:00:00"}\n'
SETTINGS = '[sources.events]\npath = "sources/events"\n[sources.products]\npath = "sources/products.csv"\n'


@pytest.fixture
def home(tmp_path):
    """A home whose events are compressed in a way that Spark cannot read, so that `clean` makes a plain copy."""
    sources = tmp_path / "home" / "sources"
    (sources / "events").mkdir(parents=True)
    (sources / "events" / "2025-03-10.jsonl.zst").write_bytes(zstandard.compress(EVENT % RAW_ID * 1000))
    (sources / "products.csv").write_text("product_id,title\nmug,Mug\n")
    (sources.parent / "nightshelf.toml").write_text(SETTINGS)
    make_user_key(sources.parent)
    return sources.parent


def files_with_the_raw_id(folder):
    found = []
    for place, _, names in os.walk(folder):
        for name in names if "/sources" not in place else ():
            try:
                with open(os.path.join(place, name), "rb") as file:
                    if RAW_ID in file.read():
                        found.append(os.path.join(place, name))
            except OSError:  # removed meanwhile
                pass
    return found


def command(*words):
    return [sys.executable, "-m", "pipelines.cli.main", "step", *map(str, words)]


def kill_clean(home, work, folder, environ):
    """Start `clean`, and kill it and its command when Spark has its folders and a file holds the raw id."""
    step = subprocess.Popen(
        command("clean", home, "--night", work), env=environ, start_new_session=True, stdout=subprocess.PIPE
    )
    end = time.monotonic() + 120
    while not (list(folder.rglob("blockmgr-*")) and files_with_the_raw_id(folder)):
        assert step.poll() is None, step.stdout.read()
        assert time.monotonic() < end
        time.sleep(0.05)
    children = subprocess.run(["pgrep", "-P", str(step.pid)], capture_output=True, text=True).stdout.split()
    assert len(children) == 1
    os.killpg(step.pid, signal.SIGKILL)
    os.killpg(int(children[0]), signal.SIGKILL)
    step.wait()


def test_the_next_command_clears_what_a_killed_clean_has_left(home, tmp_path):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    java = f"-Djava.io.tmpdir={temporary}"
    environ = os.environ | {"TMPDIR": str(temporary), "JAVA_TOOL_OPTIONS": java}
    opened = command("open", home, "--date", "2025-03-10")
    work = subprocess.run(opened, env=environ, check=True, capture_output=True, text=True).stdout.strip()
    kill_clean(home, work, tmp_path, environ)
    assert files_with_the_raw_id(tmp_path)
    subprocess.run(opened, env=environ, check=True, capture_output=True)
    assert files_with_the_raw_id(tmp_path) == []
    assert list(tmp_path.rglob("blockmgr-*")) == []
    assert list((home / "tmp").iterdir()) == []
