"""Links from tasks to pages."""

from datetime import date

import pytest

from pipelines.night.night import Night
from pipelines.orchestration.operators import NightStep
from pipelines.settings.tree import Settings


@pytest.fixture
def night(tmp_path):
    (tmp_path / "nightshelf.toml").write_text('[pages]\naddress = "https://pages.example/shop/"\n')
    night = Night(
        tmp_path,
        date(2025, 3, 31),
        "run",
        "2025-03-31-01",
        "0123456789",
        Settings(),
        {},
        {},
        (),
        "k",
        date(2025, 3, 31),
    )
    night.save()
    return night


@pytest.mark.parametrize("stage", ["inputs", "outputs"])
def test_a_task_that_checks_leads_to_its_data_docs(night, stage):
    task = NightStep(task_id="any", step=f"check_{stage}", night=str(night.work))
    (link,) = task.operator_extra_links
    address = link.get_link(task, ti_key=None)
    assert address == f"https://pages.example/shop/quality/2025-03-31-01-01234567/{stage}/index.html"
    assert address.endswith(f"/{(night.checks_pages / stage / 'index.html').relative_to(night.home)}")


def test_up_serves_them_at_its_own_port(night, monkeypatch):
    monkeypatch.setenv("NIGHTSHELF__PAGES__ADDRESS", "http://127.0.0.1:9999")
    task = NightStep(task_id="any", step="check_inputs", night=str(night.work))
    assert task.operator_extra_links[0].get_link(task, ti_key=None).startswith("http://127.0.0.1:9999/quality/")
