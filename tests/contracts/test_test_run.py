"""How the tests run: what a skip means under CI, and which files start first."""

from pathlib import Path

import pytest

from tests.conftest import SERVICE_MISSING

pytest_plugins = ["pytester"]
CONFTEST = Path(__file__).parents[1] / "conftest.py"
SKIPS = f"""
import pytest

def test_service():
    pytest.skip("{SERVICE_MISSING}: PostgreSQL is not installed")

def test_other():
    pytest.skip("git is not installed")
"""


@pytest.fixture
def runner(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with this project's conftest and markers."""
    pytester.makeconftest(CONFTEST.read_text())
    pytester.makeini("[pytest]\nmarkers =\n    night\n    slow\n")
    return pytester


@pytest.mark.parametrize(("ci", "outcomes"), [("true", {"failed": 1, "skipped": 1}), ("", {"skipped": 2})])
def test_a_skip_for_a_missing_service_fails_only_under_ci(runner, monkeypatch, ci, outcomes):
    monkeypatch.setenv("CI", ci)
    runner.makepyfile(SKIPS)
    runner.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(**outcomes)


def test_files_with_nights_start_first_then_files_with_slow_tests(runner):
    plain, marked = "def test_a(): pass\n", "import pytest\n@pytest.mark.{}\ndef test_b(): pass\n"
    runner.makepyfile(test_a=plain, test_b=plain + marked.format("slow"), test_c=plain + marked.format("night"))
    result = runner.runpytest_inprocess("--collect-only", "-q", "-p", "no:cacheprovider")
    ids = [line for line in result.outlines if "::" in line]
    assert [name.split(".")[0] for name in ids] == ["test_c", "test_c", "test_b", "test_b", "test_a"]
