"""Whole nights of a small shop through Airflow, and what everyone finds after the second one."""

import grp
import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import tempfile
from contextlib import closing
from fnmatch import fnmatch
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.contracts.all_tables import OUTPUTS
from pipelines.night.release_tables import open_tables
from pipelines.night.user_key import load_user_key, pseudonym
from pipelines.registry.client import mlflow, registry
from pipelines.settings.load import load_settings
from spark_jobs.engine import spark_schema
from tests.integration.conftest import READERS

pytestmark = pytest.mark.night

ROOT = Path(__file__).parents[2]


def test_the_release_is_whole(shop):
    manifest = shop.manifest()
    assert manifest["release_id"] == "2025-03-31-01"
    assert manifest["run_date"] == "2025-03-31"
    assert manifest["checks"]["failed"] == []
    assert (shop.home / "current" / "report.html").is_file()
    assert not (shop.home / "staging" / manifest["run_id"]).exists()
    assert {"clean", "features", "train", "register", "embed", "rank", "write"} <= set(manifest["stages"])
    assert all(s["seconds"] > 0 for s in manifest["stages"].values())


def test_the_home_is_its_owners_alone_and_the_release_also_its_readers(shop):
    assert shop.too_open() == {}
    folder = (shop.home / "current").resolve()
    tables = list(folder.glob("*/*.parquet"))
    assert len({table.parent for table in tables}) == len(OUTPUTS)
    if READERS:
        assert {path.group() for path in (shop.home, folder.parent, folder, *tables)} == {READERS}
        assert {stat.S_IMODE(path.stat().st_mode) for path in (folder.parent, folder)} == {0o750}
        assert {stat.S_IMODE(path.stat().st_mode) for path in (*tables, folder / "manifest.json")} == {0o640}


LOOK_AROUND = """
import json, os, sys
print(json.dumps(sorted(name for name in sys.argv[2:] if os.access(f"{sys.argv[1]}/{name}", os.R_OK))))
"""


def files_that_can_be_read(home, group):
    """All files of `home` that the account nobody reads as a member of `group` alone, whose names it knows."""
    names = [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()]
    names += [str(path.relative_to(home)) for path in (home / "current" / "").glob("*/*.parquet")]
    argv = ["/usr/bin/python3", "-I", "-c", LOOK_AROUND, str(home), *names]
    looked = subprocess.run(argv, user=65534, group=group, extra_groups=[], cwd="/", capture_output=True, text=True)
    assert looked.returncode == 0, looked.stderr
    return json.loads(looked.stdout)


@pytest.fixture(scope="module")
def entered(shop):
    """A copy of the home in a folder that every account may enter."""
    if os.getuid() != 0:
        pytest.skip("only root can become another account")
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o711)
    subprocess.run(["cp", "-a", str(shop.home), str(folder / "home")], check=True)
    yield folder / "home"
    shutil.rmtree(folder)


def test_an_account_of_the_group_reads_the_releases_and_nothing_else(entered):
    read = files_that_can_be_read(entered, grp.getgrnam(READERS).gr_gid)
    assert {name.split("/")[0] for name in read} == {"releases", "current"}
    in_force = (entered / "current").resolve().relative_to(entered)
    for kept in (entered / "releases").glob("*/"):
        tables = {str(table.relative_to(entered)) for table in kept.glob("*/*.parquet")}
        assert tables
        assert tables | {str(kept.relative_to(entered) / "manifest.json")} <= set(read)
    assert {name for name in read if name.startswith("current/")} == {
        f"current/{table.relative_to(entered / in_force)}" for table in (entered / in_force).glob("*/*.parquet")
    }


def test_an_account_outside_of_the_group_reads_nothing(entered):
    assert files_that_can_be_read(entered, 65534) == []
    entered.chmod(0o755)  # the test sees files: it is the modes of the home that close it
    try:
        assert "nightshelf.toml" not in files_that_can_be_read(entered, 65534)
        (entered / "nightshelf.toml").chmod(0o644)
        assert files_that_can_be_read(entered, 65534) == ["nightshelf.toml"]
    finally:
        (entered / "nightshelf.toml").chmod(0o600)
        entered.chmod(0o710)


def test_every_row_is_accounted_for_as_the_truth_says(shop):
    truth = json.loads((shop.home / "sources" / "truth" / "shop.json").read_text())["account"]
    for source, expected in truth.items():
        found = shop.manifest()["sources"][source]
        assert found["rows_in"] == sum(
            found[f"rows_{kind}"] for kind in ("clean", "quarantined", "duplicate", "superseded", "erased")
        )
        assert found["rows_clean"] == expected["clean"], source
        assert found["rows_duplicate"] == expected["duplicate"], source
        assert found["quarantined_by_reason"] == expected["quarantined_by_reason"], source
        assert found["rows_future"] == expected["future"], source


@pytest.mark.parametrize("table", OUTPUTS, ids=lambda t: t.name)
def test_every_file_has_the_schema_of_the_contract(shop, table):
    files = list((shop.home / "current" / table.name).glob("*.parquet"))
    assert files
    for file in files:
        found = pq.read_schema(file)
        assert found.names == table.schema().names
        for mine, theirs in zip(table.schema(), found, strict=True):
            assert theirs.type == mine.type or str(theirs.type).replace("element", "item") == str(mine.type).replace(
                "element", "item"
            )
            assert theirs.nullable == mine.nullable, mine.name
            assert theirs.metadata[b"comment"] == mine.metadata[b"comment"]


def test_duckdb_pyarrow_and_spark_read_the_same(shop, spark):
    with open_tables(shop.home) as engine:
        for table in OUTPUTS:
            folder = shop.home / "current" / table.name
            rows = engine.execute(f"select count(*) from {table.name}").fetchall()[0][0]
            assert rows == shop.manifest()["tables"][table.name]["rows"]
            assert pq.read_table(folder).num_rows == rows
            assert spark.read.schema(spark_schema(table)).parquet(str(folder)).count() == rows


def test_lists_have_k_products_with_reasons_and_none_that_was_bought(shop):
    with open_tables(shop.home) as engine:
        assert engine.execute("select distinct count(*) from user_topk group by user_id").fetchall() == [(5,)]
        assert engine.execute("select count(*) from user_topk where reason_text = '' or score <= 0").fetchall()[0] == (
            0,
        )
        again = "select count(*) from user_topk join events e using (user_id, product_id) where event_type = 'purchase'"
        assert engine.execute(again).fetchall()[0] == (0,)
        unavailable = "select count(*) from user_topk t join products p using (product_id) where not p.available"
        assert engine.execute(unavailable).fetchall()[0] == (0,)
        assert engine.execute("select count(*) > 0 from bundles").fetchall()[0] == (True,)
        by = dict(engine.execute("select written_by, count(*) from bundles group by all").fetchall())
        assert by.get("model", 0) == shop.manifest()["words"]["by_model"] > 0
        kinds = "select split_part(segment, ':', 1) kind, min(n), max(n) from "
        kinds += "(select segment, count(*) n from cold_start_topk group by segment) group by kind"
        found = {kind: lengths for kind, *lengths in engine.execute(kinds).fetchall()}
        assert found.pop("category")[1] == 5
        assert found == {"all": [5, 5], "session": [5, 5], "interest": [5, 5]}


def test_the_named_evidence_is_in_the_users_past(shop):
    query = """
        select count(*) from (select user_id, unnest(reason.evidence) product_id from user_topk) r
        anti join (select user_id, product_id from events where event_type <> 'impression') e
        using (user_id, product_id)
    """
    with open_tables(shop.home) as engine:
        assert engine.execute(query).fetchall()[0] == (0,)


def test_nothing_personal_is_found_outside_the_raw_files(shop):
    """Planted ids, addresses, numbers and names: not in tables, quarantine, logs, Data Docs, MLflow, pages."""
    truth = shop.home / "sources" / "truth"
    planted = json.loads((truth / "personal_data.json").read_text())
    planted["ids"] = pq.read_table(truth / "rows.parquet")["user_id"].drop_null().unique().to_pylist()
    secrets = {kind: [s for s in values if len(s) > 6] for kind, values in planted.items()}
    assert all(secrets.values())
    found, seen = [], set()
    for file in shop.home.rglob("*"):
        inside = file.relative_to(shop.home).parts
        weights = inside[:2] == ("words", "models")  # those of a package, unpacked; no shop was read for them
        if file.is_file() and inside[0] != "sources" and not weights:
            text = _text_of(file)
            seen.add(inside[0])
            found += [(file, s) for kind in secrets for s in secrets[kind] if s in text]
    assert found == []
    assert {"airflow", "clean", "landed", "mlflow", "quality", "quarantine", "releases"} <= seen


def listed_stores():
    """The folders of the home in docs/privacy.md, with `*` for parts whose names differ."""
    rows = (ROOT / "docs" / "privacy.md").read_text().split("## Outside")[0].splitlines()
    named = [name for row in rows if row.startswith("| `") for name in re.findall("`([^`]+)`", row.split("|")[1])]
    return {re.sub("<[^>]+>", "*", name) for name in named}


def stores_with(folder, ids):
    """The folders in `folder`, relative to it, whose files hold one of these raw ids or pseudonyms."""
    found = set()
    for file in folder.rglob("*"):
        place = file.relative_to(folder).parent
        if file.is_file() and not place.is_relative_to("words/models"):  # weights of a package
            words = re.findall(r"\b(?:[0-9a-f]{32}|u\d{6})\b", _text_of(file))
            if not ids.isdisjoint(words):
                found.add(str(place))
    return found


def test_each_store_of_rows_of_users_is_listed_in_the_privacy_document(shop):
    raw = pq.read_table(shop.home / "sources" / "truth" / "rows.parquet")["user_id"].drop_null().unique().to_pylist()
    ids = {user for user in raw if len(user) > 6} | {pseudonym(load_user_key(shop.home, {}), user) for user in raw}
    stores, listed = stores_with(shop.home, ids), listed_stores()
    in_list = {store: {one for one in listed if fnmatch(f"{store}/", f"{one}/*")} for store in stores}
    assert [store for store, names in in_list.items() if not names] == [], "write them into docs/privacy.md"
    assert listed - set().union(*in_list.values()) == {"staging/*", "tmp/*"}, "only these are gone after a night"


def kinds_of_files():
    """The patterns of docs/durability.md for files of a home."""
    table = (ROOT / "docs" / "durability.md").read_text().split("## Each kind")[1].split("\n## ")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    return [pattern for row in rows for pattern in re.findall("`([^`]+)`", row)]


def test_each_file_of_the_home_is_of_a_kind_whose_protection_is_known(shop):
    files = [str(path.relative_to(shop.home)) for path in shop.home.rglob("*") if path.is_symlink() or path.is_file()]
    kinds = kinds_of_files()
    assert [file for file in files if not any(fnmatch(file, kind) for kind in kinds)] == [], "docs/durability.md"
    assert not any(fnmatch("cache/new.bin", kind) for kind in kinds)


def test_a_new_store_of_rows_of_users_would_be_found(tmp_path):
    (tmp_path / "cache" / "new").mkdir(parents=True)
    (tmp_path / "cache" / "new" / "users.json").write_text('{"0123456789abcdef0123456789abcdef": 1}')
    pq.write_table(pa.table({"user_id": ["u000007"]}), tmp_path / "cache" / "rows.parquet")
    assert stores_with(tmp_path, {"0123456789abcdef0123456789abcdef"}) == {"cache/new"}
    assert stores_with(tmp_path, {"u000007"}) == {"cache"}
    assert not any(fnmatch("cache/new/", f"{one}/*") for one in listed_stores())


def _text_of(file):
    if file.suffix == ".parquet":
        return (
            duckdb.execute(
                f"select string_agg(t::varchar, '\n') from read_parquet('{file}', hive_partitioning=false) t"
            ).fetchall()[0][0]
            or ""
        )
    return file.read_bytes().decode(errors="ignore")


def test_user_key_maps_the_shops_ids_to_those_of_the_tables(shop, tmp_path):
    known = pq.read_table(shop.home / "sources" / "truth" / "rows.parquet")["user_id"].drop_null().unique().to_pylist()
    (tmp_path / "ids.txt").write_text("\n".join(known))
    done = shop.call("user-key", "--in", str(tmp_path / "ids.txt"))
    pseudonyms = {line.split(",")[1] for line in done.stdout.splitlines()[1:]}
    with open_tables(shop.home) as engine:
        users = {u for (u,) in engine.execute("select distinct user_id from user_topk").fetchall()}
    assert users
    assert users <= pseudonyms


def test_the_model_can_be_loaded_by_anyone(shop):
    with registry(shop.home, load_settings(shop.home).mlflow) as client:
        champion = client.get_model_version_by_alias("nightshelf", "champion")
        model = mlflow.pyfunc.load_model("models:/nightshelf@champion")
    assert shop.manifest("2025-03-27-01")["model"]["version"] == "1"
    assert str(champion.version) == shop.manifest()["model"]["version"]
    assert model.predict(["a blue teapot", "a teapot in blue"]).shape == (2, 384)
    pickles = [f for f in (shop.home / "mlflow").rglob("*") if f.suffix in {".pkl", ".pickle", ".pt", ".bin"}]
    assert pickles == []


def test_sql_works_at_once_and_says_what_is_wrong(shop):
    done = shop.call("sql", "select * from user_topk limit 5")
    assert done.returncode == 0, done.stderr
    assert "user_id" in done.stdout
    wrong = shop.call("sql", "select * from user_top")
    assert wrong.returncode == 2
    assert "user_topk" in wrong.stderr


def test_releases_and_doctor_tell_programs_too(shop):
    kept = json.loads(shop.call("releases", "--json").stdout)
    assert [(r["release_id"], r["in_force"]) for r in kept] == [("2025-03-27-01", False), ("2025-03-31-01", True)]
    told = json.loads(shop.call("doctor", "--json").stdout)
    assert {"Python", "Java", "pyspark", "releases"} <= {t["what"] for t in told}


def test_the_run_stands_in_airflows_own_records(shop):
    with closing(sqlite3.connect(shop.home / "airflow" / "airflow.db")) as records:
        assert ("nightly_recommendations", "success") in records.execute("select dag_id, state from dag_run").fetchall()
