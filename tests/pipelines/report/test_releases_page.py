"""The list of kept releases."""

from pipelines.atomic_files import write_json
from pipelines.report.releases_page import write_index


def test_newest_first_with_links_and_the_one_in_force(tmp_path):
    for name in ("2026-03-30-01", "2026-03-31-01"):
        write_json(tmp_path / "releases" / name / "manifest.json", {"model": {"name": "nightshelf", "version": "4"}})
    (tmp_path / "releases" / "2026-03-31-01" / "report.html").touch()
    (tmp_path / "current").symlink_to("releases/2026-03-30-01")
    page = write_index(tmp_path).read_text()
    assert 'href="../releases/2026-03-31-01/report.html"' in page
    assert 'href="../releases/2026-03-30-01/report.html"' not in page  # it has no page
    assert page.index("2026-03-31-01") < page.index("2026-03-30-01") < page.index("in force")
    assert page.count("in force") == 1


def test_before_the_first_release(tmp_path):
    assert "No release yet" in write_index(tmp_path).read_text()
