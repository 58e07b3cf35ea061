"""Commands on a home with two small releases: what they print, and what they refuse."""

import errno
import json
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from pipelines.atomic_files import write_json
from pipelines.cli.main import app, main
from pipelines.errors import SettingsError, StepFailed
from pipelines.night.releases import current, point_to
from tests.given import small_release

OLD, NEW = "2025-03-30-01", "2025-03-31-01"


@pytest.fixture
def home(tmp_path):
    """A home with one product for u1 in the old release, and two in the new one, which is in force."""
    (tmp_path / "nightshelf.toml").write_text("")
    for release, products in ((OLD, ["shoe"]), (NEW, ["shoe", "[red] hat"])):
        rows = [{"user_id": "u1", "rank": n, "product_id": p, "score": n / 3} for n, p in enumerate(products, start=1)]
        folder = tmp_path / "releases" / release
        (folder / "user_topk").mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows), folder / "user_topk" / "part-0.parquet")
        write_json(folder / "manifest.json", {"model": {"name": "nightshelf", "version": "1"}})
    point_to(tmp_path, NEW)
    return tmp_path


def call(*words):
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def test_sql_reads_the_release_in_force_or_a_named_one(home):
    query = "select count(*) as n from user_topk"
    assert json.loads(call("sql", home, query, "--format", "json")) == [{"n": 2}]
    assert json.loads(call("sql", home, query, "--format", "json", "--release", OLD)) == [{"n": 1}]


def test_sql_prints_csv_and_a_table(home):
    query = "select product_id, score from user_topk order by rank desc"
    assert call("sql", home, query, "--format", "csv").splitlines()[:2] == [
        "product_id,score",
        "[red] hat,0.6666666666666666",
    ]
    assert "[red] hat" in call("sql", home, query)  # not taken for markup
    assert "0.666667" in call("sql", home, query)


def test_sql_defuses_formulas_in_csv(home):
    query = "select '=1+1' as title, -0.5 as score"
    assert call("sql", home, query, "--format", "csv") == "title,score\n'=1+1,-0.5\n"
    assert call("sql", home, query, "--format", "csv", "--raw") == "title,score\n=1+1,-0.5\n"


def test_pseudonyms_are_printed_as_csv_with_quotes_and_without_formulas(home, monkeypatch):
    monkeypatch.setenv("NIGHTSHELF_USER_KEY", "k" * 32)
    (home / "ids.txt").write_text("a,b\n\n=1+1\n")
    ids = [line.rpartition(",")[0] for line in call("user-key", home, "--in", home / "ids.txt").splitlines()]
    assert ids == ["user_id", '"a,b"', "'=1+1"]
    assert "\n=1+1," in call("user-key", home, "--in", home / "ids.txt", "--raw")


def test_a_query_for_another_file_is_refused_in_one_sentence(home):
    with pytest.raises(SettingsError, match=r"no file or address: .*/etc/passwd.* Tables: user_topk"):
        call("sql", home, "select * from read_text('/etc/passwd')")


def test_sql_names_a_failure_that_comes_while_rows_are_printed(home):
    with pytest.raises(SettingsError, match="Could not convert string"):
        call("sql", home, "select product_id::int from user_topk")


def test_sql_prints_structs_and_lists_with_short_numbers(home):
    table = call("sql", home, "select {'kind': 'popular', 'users': null, 'parts': [0.1234567891::double]} as reason")
    assert "{kind: popular, parts: [0.123457]}" in table


def test_sql_without_a_home_takes_the_one_of_the_environment(home, monkeypatch):
    monkeypatch.setenv("NIGHTSHELF_HOME", str(home))
    assert json.loads(call("sql", "select 1 as one", "--format", "json")) == [{"one": 1}]


def test_sql_takes_the_current_folder_or_the_folder_shop_in_it(home, monkeypatch):
    monkeypatch.delenv("NIGHTSHELF_HOME", raising=False)
    monkeypatch.chdir(home)
    assert json.loads(call("sql", "select 1 as one", "--format", "json")) == [{"one": 1}]
    monkeypatch.chdir(home / "releases")
    with pytest.raises(SettingsError, match=r"no nightshelf.toml in \. or shop"):
        call("sql", "select 1")


def test_a_wrong_table_is_answered_with_the_names_of_all(home):
    with pytest.raises(SettingsError, match=r"Tables: user_topk, cold_start_topk, .*quarantine"):
        call("sql", home, "select * from user_topp")


def test_an_unknown_release_is_answered_with_the_kept_ones(home):
    with pytest.raises(SettingsError, match=f'no release "2025-03-29-01" in .*; kept releases: {OLD}, {NEW}'):
        call("report", home, "--release", "2025-03-29-01")


def test_a_home_without_release_names_the_command_that_makes_one(tmp_path):
    (tmp_path / "nightshelf.toml").write_text("")
    with pytest.raises(SettingsError, match=f"make one with: nightshelf run {tmp_path}"):
        call("sql", tmp_path, "select 1")


def test_report_prints_the_address_of_the_page(home):
    assert call("report", home).strip() == (home / "releases" / NEW / "report.html").as_uri()


def test_releases_are_listed_oldest_first(home):
    lines = call("releases", home).splitlines()
    assert lines == [f"{OLD}  night  model nightshelf 1", f"{NEW}  night  model nightshelf 1  in force"]
    assert [r["release_id"] for r in json.loads(call("releases", home, "--json"))] == [OLD, NEW]


def test_rollback_puts_the_release_before_in_force(home):
    assert call("rollback", home).strip() == f"{OLD} is in force"
    assert current(home) == OLD
    with pytest.raises(SettingsError, match="no release before the one in force"):
        call("rollback", home)
    call("rollback", home, "--to", NEW)
    assert current(home) == NEW


def test_doctor_names_what_is_missing_and_ends_with_5(home, monkeypatch):
    monkeypatch.delenv("NIGHTSHELF_USER_KEY", raising=False)
    result = CliRunner().invoke(app, ["doctor", str(home), "--json"])
    assert result.exit_code == 5
    findings = {finding["what"]: finding for finding in json.loads(result.stdout)}
    assert findings["settings"]["ok"]
    assert not findings["key of user ids"]["ok"]
    assert findings["releases"]["says"] == f"2 kept, in force: {NEW}"


def test_doctor_names_what_others_may_read_and_the_command_that_mends_it(home):
    for path in (home, *home.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    (home / "releases").chmod(0o755)
    wanted = f"too open; correct it with: chmod -R go= {home}/releases"
    for state in (wanted, "its owner alone"):
        findings = json.loads(CliRunner().invoke(app, ["doctor", str(home), "--json"]).stdout)
        assert [f["says"] for f in findings if f["what"] == "who may read the home"] == [state]
        (home / "releases").chmod(0o700)


def test_rollback_and_copy_reach_the_copies_and_say_where_they_do_not(tmp_path):
    home, copies = tmp_path / "shop", tmp_path / "copies"
    first, second = small_release(home, 1), small_release(home, 2)
    (home / "nightshelf.toml").write_text(f'[releases]\nalso_to = "{copies.as_uri()}"')
    call("releases", home, "--copy")
    assert json.loads((copies / "current.json").read_text())["release_id"] == second
    call("rollback", home)
    assert json.loads((copies / "current.json").read_text())["release_id"] == first
    copies.rename(tmp_path / "away")
    copies.write_text("no folder")
    failed = CliRunner().invoke(app, ["rollback", str(home), "--to", second])
    assert isinstance(failed.exception, StepFailed)
    assert (current(home), failed.stdout.splitlines()[0]) == (second, f"{second} is in force")
    findings = json.loads(CliRunner().invoke(app, ["doctor", str(home), "--json"]).stdout)
    (state,) = [finding for finding in findings if finding["what"] == "copies of releases"]
    assert (state["ok"], state["says"]) == (False, str(failed.exception))
    assert state["says"].startswith(
        f"{second} is in force in {home}, but the copies of its releases are not up to date: "
    )


def test_copy_needs_an_address(home):
    with pytest.raises(SettingsError, match=r"\[releases\] also_to is empty"):
        call("releases", home, "--copy")


def test_doctor_state_needs_a_home(monkeypatch):
    monkeypatch.delenv("NIGHTSHELF_HOME", raising=False)
    with pytest.raises(SettingsError, match="nightshelf doctor HOME --state"):
        call("doctor", "--state")


def test_a_full_disk_ends_with_one_sentence_and_the_code_of_a_failed_step(home, monkeypatch, capsys):
    def full(path, target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    before = os.umask(0o077)  # the command line sets its own
    monkeypatch.setattr("pipelines.cli.releases.point_to", full)
    monkeypatch.setattr("sys.argv", ["nightshelf", "rollback", str(home), "--to", OLD])
    with pytest.raises(SystemExit) as ended:
        main()
    os.umask(before)
    assert ended.value.code == 5
    assert capsys.readouterr().err == f"error: the disk is full ({home}). Make space, then repeat the command.\n"
