"""Old names of settings are refused with the new name in the sentence."""

import tomllib

import pytest

from pipelines.errors import SettingsError
from pipelines.settings.load import check_settings, load_settings
from pipelines.settings.renamed_keys import RENAMED_KEYS, RENAMED_SECTIONS, RENAMED_VARIABLES
from pipelines.settings.render import render_toml
from pipelines.settings.tree import Settings

SECTIONS = {name: field.annotation.model_fields for name, field in Settings.model_fields.items()}


@pytest.fixture
def home(tmp_path):
    (tmp_path / "nightshelf.toml").write_text('[shop]\nname = "old"\n')
    return tmp_path


@pytest.mark.parametrize(("old", "new"), RENAMED_KEYS.items())
def test_an_old_key_is_refused_in_the_file_and_in_the_environment(home, old, new):
    assert new[1] in SECTIONS[new[0]]
    assert old[1] not in SECTIONS.get(old[0], {})
    with pytest.raises(SettingsError) as refused:
        check_settings({old[0]: {old[1]: 1}})
    assert f"[{old[0]}] {old[1]} is now [{new[0]}] {new[1]};" in str(refused.value)
    old_variable, new_variable = (f"NIGHTSHELF__{place[0]}__{place[1]}".upper() for place in (old, new))
    with pytest.raises(SettingsError, match=f"variable {old_variable} is now {new_variable}; rename it"):
        load_settings(home, {old_variable: "1"})


@pytest.mark.parametrize(("old", "new"), RENAMED_SECTIONS.items())
def test_an_old_section_is_refused_unless_it_is_empty(old, new):
    assert old not in SECTIONS
    for key in SECTIONS[new]:
        with pytest.raises(SettingsError, match=rf"\[{old}\] {key} is now \[{new}\] {key}; move it there"):
            check_settings({old: {key: 1}})
    assert check_settings({old: {}}) == Settings()


@pytest.mark.parametrize(("old", "new"), RENAMED_VARIABLES.items())
def test_an_old_variable_is_refused(home, old, new):
    with pytest.raises(SettingsError, match=f"variable {old} is now {new}; rename it"):
        load_settings(home, {old: "secret"})


def test_the_value_of_an_old_variable_is_not_shown(home):
    with pytest.raises(SettingsError) as refused:
        load_settings(home, {"NIGHTSHELF_WORDS_KEY": "secret"})
    assert "secret" not in str(refused.value)


def test_old_unknown_and_wrong_keys_are_all_named_at_once():
    with pytest.raises(SettingsError) as refused:
        check_settings({"ranking": {"bundle_size": 3, "k": 0, "hidden": []}})
    assert all(
        part in str(refused.value) for part in ("[bundles] most_products", "[ranking] k = 0", "[ranking] hidden")
    )


def test_a_file_written_by_an_older_init_loads_where_its_old_keys_are_comments():
    """All keys of a section with default values are comments, and only the header of the section is left."""
    text = render_toml(Settings()).replace("[texts]", "[words]") + "# bundle_size = 4\n"
    assert check_settings(tomllib.loads(text)) == Settings()
