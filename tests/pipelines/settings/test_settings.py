"""Settings: defaults are valid; errors name the key, the wrong value and what is allowed."""

import tomllib

import pytest

from pipelines.errors import SettingsError
from pipelines.settings.learner import Learner
from pipelines.settings.load import check_settings, load_settings
from pipelines.settings.render import render_toml
from pipelines.settings.tree import Settings


def test_defaults_are_a_whole_shop_of_settings():
    assert check_settings({}) == Settings()


def test_a_time_format_may_be_one_or_several():
    one, two = ({"sources": {"events": {"time_format": value}}} for value in ("unix_s", ["iso", "unix_s"]))
    assert [check_settings(tree).sources.events.time_format for tree in (one, two)] == [["unix_s"], ["iso", "unix_s"]]
    for wrong in ([], 7, [7]):
        with pytest.raises(SettingsError, match="time_format"):
            check_settings({"sources": {"events": {"time_format": wrong}}})


def test_the_rendered_file_reads_back_as_the_same_settings():
    changed = check_settings({"shop": {"name": 'a "b"'}, "features": {"weights": {"view": 0.5}}, "ranking": {"k": 7}})
    assert check_settings(tomllib.loads(render_toml(changed))) == changed


@pytest.mark.parametrize("section", ["knn", "training", "projection"])
def test_every_key_stands_in_the_rendered_file_under_its_description(section):
    lines = render_toml(Settings()).splitlines()
    lines = lines[lines.index(f"[{section}]") :]
    for key, field in type(getattr(Settings(), section)).model_fields.items():
        place = next(i for i, line in enumerate(lines) if line.startswith(f"# {key} = "))
        assert lines[place - 1] == f"# {field.description}"


def test_learners_share_their_keys_and_differ_in_defaults():
    learners = [Settings().projection, Settings().next_choice, Settings().two_vectors]
    shared = list(Learner.model_fields)
    assert all(list(type(learner).model_fields)[: len(shared)] == shared for learner in learners)
    assert [learner.enabled for learner in learners] == [True, True, False]
    assert [learner.rounds for learner in learners] == [12, 30, 12]


@pytest.mark.parametrize(
    ("tree", "parts"),
    [
        ({"trainin": {}}, ['[trainin] is not a setting. Did you mean "training"? Sections: bundles, checks, ']),
        (
            {"training": {"lora_rnk": 4}},
            ['[training] lora_rnk is not a setting. Did you mean "lora_rank"? Keys of [training]: batch_pairs, '],
        ),
        ({"pages": {"zz": 4}}, ["[pages] zz is not a setting. Keys of [pages]: address."]),
        ({"releases": {"also_to": "/mnt/shop"}}, ["[releases] also_to = '/mnt/shop'", "s3://bucket/folder"]),
        ({"releases": {"also_to": "sftp://a/b"}}, ["[releases] also_to = 'sftp://a/b'", "file:///folder"]),
        ({"releases": {"also_to": "s3://"}}, ["[releases] also_to = 's3://'", "abfss://container@account"]),
        ({"ranking": {"k": 0}}, ["[ranking] k = 0", "greater than or equal to 1"]),
        ({"ranking": {"k": "many"}}, ["[ranking] k = 'many'", "valid integer"]),
        ({"next_choice": {"softmax_products": 1}}, ["[next_choice] softmax_products = 1", "or equal to 16"]),
        ({"projection": {"softmax_products": 15}}, ["[projection] softmax_products = 15", "or equal to 16"]),
        ({"two_vectors": {"softmax_products": 2}}, ["[two_vectors] softmax_products = 2", "or equal to 16"]),
        ({"training": {"machines": 2}}, ["[training] machines = 2", 'rendezvous = "localhost:0"', "HOST:PORT"]),
        ({"training": {"rendezvous": "gpu1"}}, ["[training] rendezvous = 'gpu1'", "pattern"]),
        ({"shop": {"time_zone": "Berlin"}}, ['time_zone = "Berlin"', "Europe/Berlin"]),
        ({"ranking": {"hide": ["bought"]}}, ['names "bought"', "purchase"]),
        ({"guards": {"targets": ["bought"]}}, ['[guards] targets names "bought"', "purchase"]),
        ({"features": {"bought": ["buy"]}}, ['[features] bought names "buy"', "purchase"]),
        ({"bundles": {"pinned": [["a"]]}}, ["[bundles.pinned] 0 = ['a']", "at least 2 items"]),
        (
            {"bundles": {"pinned": [["a", "b"]], "blocked": ["b"]}},
            ["[bundles] pinned ['a', 'b'] holds ['b']", "blocked"],
        ),
        (
            {"bundles": {"pinned": [["a", "b"]], "never_together": [["b", "a"]]}},
            ["[bundles] pinned ['a', 'b'] holds ['a', 'b']", "never_together"],
        ),
        ({"sources": {"events": {"event_types": {"buy": "buy"}}}}, ['names "buy"', "add_to_cart"]),
    ],
)
def test_a_wrong_key_or_value_is_named_with_what_is_allowed(tree, parts):
    with pytest.raises(SettingsError) as wrong:
        check_settings(tree)
    assert all(part in str(wrong.value) for part in parts), wrong.value


def test_the_environment_wins_over_the_file(tmp_path):
    (tmp_path / "nightshelf.toml").write_text("[ranking]\nk = 5\n[shop]\nname = 'file'\n")
    environ = {"NIGHTSHELF__RANKING__K": "9", "NIGHTSHELF__SPARK__MASTER": "spark://host:7077", "OTHER": "x"}
    settings = load_settings(tmp_path, environ)
    assert (settings.ranking.k, settings.spark.master, settings.shop.name) == (9, "spark://host:7077", "file")


def test_copies_lie_outside_of_the_home(tmp_path):
    home = tmp_path / "my shop"
    home.mkdir()
    (home / "nightshelf.toml").write_text(f'[releases]\nalso_to = "{(home / "copies").as_uri()}"')
    with pytest.raises(SettingsError, match=r"\[releases\] also_to = .* lies in the home"):
        load_settings(home)
    (home / "nightshelf.toml").write_text(f'[releases]\nalso_to = "{(tmp_path / "copies").as_uri()}/"')
    assert load_settings(home).releases.also_to == (tmp_path / "copies").as_uri()


def test_a_home_without_settings_says_how_to_make_one(tmp_path):
    with pytest.raises(SettingsError, match="nightshelf init"):
        load_settings(tmp_path, {})


def test_broken_toml_is_refused_with_its_line(tmp_path):
    (tmp_path / "nightshelf.toml").write_text("[shop\n")
    with pytest.raises(SettingsError, match=r"not valid TOML.*line 1"):
        load_settings(tmp_path, {})


def test_a_settings_file_that_is_not_utf_8_is_refused_with_the_place(tmp_path):
    file = tmp_path / "nightshelf.toml"
    file.write_bytes('[shop]\nname = "Läden"\n'.encode("latin-1"))  # 16 bytes stand before the ä
    with pytest.raises(SettingsError) as refused:
        load_settings(tmp_path, {})
    assert str(refused.value) == f"{file} is not UTF-8: byte 0xe4 at offset 16, in line 2. Save the file as UTF-8."
