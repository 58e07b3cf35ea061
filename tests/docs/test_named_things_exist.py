"""What README, runbook and the other guides name exists: files, anchors, commands, options, targets and settings."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from pipelines.cli.main import app
from pipelines.settings.tree import Settings

ROOT = Path(__file__).parents[2]
GUIDES = [ROOT / name for name in ("README.md", "docs/runbook.md", "docker/README.md", "CONTRIBUTING.md")]
COMMANDS = typer.main.get_command(app).commands
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))

each_guide = pytest.mark.parametrize("guide", GUIDES, ids=lambda file: str(file.relative_to(ROOT)))


def anchors(file: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", file.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def code(file: Path) -> list[str]:
    """The lines of code blocks, and each piece of code inside sentences."""
    text = file.read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    return [line for block in blocks for line in block.splitlines()] + inline


@each_guide
def test_linked_files_and_anchors_exist(guide):
    links = re.findall(r"\]\(([^)]+)\)", guide.read_text())
    for path, _, anchor in (link.partition("#") for link in links if "://" not in link):
        target = (guide.parent / path).resolve() if path else guide
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


@each_guide
def test_commands_and_their_options_exist(guide):
    used = [line[line.index("nightshelf ") :] for line in code(guide) if re.search(r"(^|\s)nightshelf [a-z]", line)]
    for line in used:
        _, name, *words = shlex.split(line, comments=True)
        command = COMMANDS[name]
        if name == "models":
            command = command.commands[words.pop(0)]
        options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= options | {"--help"}, line


@each_guide
def test_make_targets_exist(guide):
    named = {match[1] for line in code(guide) if (match := re.match(r"make ([a-z-]+)", line))}
    assert named <= TARGETS


@each_guide
def test_settings_exist(guide):
    """`[section] key` and `[section]`; several keys after one section are checked where each is its own code."""
    for section, key in re.findall(r"`\[(\w+)\](?: (\w+))?`", guide.read_text()):
        assert section in Settings.model_fields, section
        assert not key or key in Settings.model_fields[section].annotation.model_fields, f"[{section}] {key}"


def test_readme_and_runbook_name_something_of_each_kind():
    """So that a change of the notation does not leave the tests above without anything to check."""
    for guide in GUIDES[:2]:
        assert any("nightshelf run" in line for line in code(guide))
        assert re.search(r"`\[\w+\] \w+`", guide.read_text())
    assert any(line.startswith("make run") for line in code(GUIDES[0]))
