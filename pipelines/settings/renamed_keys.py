"""Settings that have a new name or section. The old name is refused, and the sentence says the new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

VARIABLE = "NIGHTSHELF__"  # prefix of NIGHTSHELF__SECTION__KEY, which overrides [section] key of the file

# Keys of these sections are in the new section under the same name, except where RENAMED_KEYS says otherwise.
RENAMED_SECTIONS = {"words": "texts"}

RENAMED_KEYS = {
    ("features", "least_pairs"): ("relations", "least_pairs"),
    ("features", "relation_window_days"): ("relations", "window_days"),
    ("projection", "words"): ("projection", "vocabulary_size"),
    ("ranking", "bundle_size"): ("bundles", "most_products"),
    ("ranking", "bundles"): ("bundles", "most_published"),
    ("ranking", "bundles_per_user"): ("bundles", "most_per_user"),
    ("ranking", "half_life_days"): ("popularity", "half_life_days"),
    ("ranking", "similar"): ("relations", "most_per_product"),
    ("training", "least_users"): ("guards", "least_users"),
    ("training", "longest_test_days"): ("guards", "longest_test_days"),
    ("training", "meeting"): ("training", "rendezvous"),
    ("training", "pair_half_lives"): ("knn", "half_life_candidates"),
    ("training", "popularity_half_lives"): ("popularity", "half_life_candidates"),
    ("training", "targets"): ("guards", "targets"),
    ("training", "test_days"): ("guards", "test_days"),
    ("training", "tolerance"): ("guards", "tolerance"),
    ("words", "language"): ("shop", "language"),
}

RENAMED_VARIABLES = {"NIGHTSHELF_WORDS_KEY": "NIGHTSHELF_TEXTS_KEY"}


def new_place(section: str, key: str) -> tuple[str, str] | None:
    """Section and key that replace [section] key; None where that is no old name."""
    if (section, key) in RENAMED_KEYS:
        return RENAMED_KEYS[section, key]
    return (RENAMED_SECTIONS[section], key) if section in RENAMED_SECTIONS else None


def without_renamed(tree: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """`tree` without its old keys, and for each of them the sentence that names the new one.

    An old section without keys holds no setting and is dropped: files written by `init` have all keys of a section
    commented out where they hold the default.
    """
    current: dict[str, Any] = {}
    sentences = []
    for section, values in tree.items():
        if not isinstance(values, Mapping):
            current[section] = values
            continue
        old = {key: place for key in values if (place := new_place(section, key))}
        for key, (new_section, new_key) in old.items():
            fix = "rename it" if new_section == section else "move it there"
            sentences.append(f"[{section}] {key} is now [{new_section}] {new_key}; {fix}.")
        if section not in RENAMED_SECTIONS:
            current[section] = {key: value for key, value in values.items() if key not in old}
    return current, sentences


def renamed_variables(environ: Mapping[str, str]) -> Iterator[str]:
    """For each old name among the environment variables, the sentence that names the new one."""
    for name in sorted(environ):
        new = RENAMED_VARIABLES.get(name)
        path = name.removeprefix(VARIABLE).lower().split("__") if name.startswith(VARIABLE) else []
        if len(path) == len(("section", "key")) and (place := new_place(*path)):
            new = VARIABLE + "__".join(place).upper()
        if new:
            yield f"the environment variable {name} is now {new}; rename it."
