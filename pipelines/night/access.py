"""Who may read a home: its owner alone; its releases also a group, where `[releases] group` names one."""

from __future__ import annotations

import grp
import os
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from pipelines.errors import SettingsError

OTHERS = 0o077  # all rights of group and others


def write_for_owner_only() -> None:
    """From now on this process and its children make folders of mode 0700 and files of mode 0600 (a umask of 077).

    Called once where a process begins: the command line, an Airflow task, a step.
    """
    os.umask(OTHERS)


def group_id(name: str) -> int:
    """The number of a group. Raises SettingsError where there is none of this name, or this account may not use it."""
    if os.geteuid() == 0:
        allowed = {group.gr_name: group.gr_gid for group in grp.getgrall()}
        whose = "groups of this machine"
    else:
        numbers = {os.getegid(), *os.getgroups()}
        allowed = {group.gr_name: group.gr_gid for group in grp.getgrall() if group.gr_gid in numbers}
        whose = "groups of the account that runs the night"
    if name not in allowed:
        raise SettingsError(
            f'[releases] group = "{name}" is not allowed; {whose}: {", ".join(sorted(allowed))}. '
            "Name one of these, add the account to the group, or leave the key empty: the owner reads alone."
        )
    return allowed[name]


def share_release(home: Path, release: Path, group: str) -> None:
    """Let `group` read all of `release`, a folder that is not published yet, and reach it; the owner alone where it is
    empty. Raises SettingsError where the group cannot be used.
    """
    number, folder_mode, file_mode = (group_id(group), 0o750, 0o640) if group else (-1, 0o700, 0o600)
    for path in (home / "releases", release, *release.rglob("*")):
        os.chown(path, -1, number)
        path.chmod(folder_mode if path.is_dir() else file_mode)
    if group:
        os.chown(home, -1, number)
        home.chmod(0o710)


def closing_commands(home: Path, group: str) -> list[str]:
    """Shell commands, one for each part of a home that is too open, that take others' rights to it away."""
    commands = []
    if _mode(home) & OTHERS & ~(0o010 if group else 0):
        commands.append(shlex.join(["chmod", "710" if group else "700", str(home)]))
    for part in sorted(home.iterdir()):
        shared = group and part.name == "releases"
        if any(_mode(path) & OTHERS & ~(0o050 if shared else 0) for path in _tree(part)):
            commands.append(shlex.join(["chmod", "-R", "g-w,o=" if shared else "go=", str(part)]))
    return commands


def _tree(part: Path) -> Iterator[Path]:
    """A file or folder and all that is in it."""
    yield part
    for folder, folders, files in os.walk(part):
        yield from (Path(folder) / name for name in (*folders, *files))


def _mode(path: Path) -> int:
    """The permissions of a file or folder; none of a link, and of what is removed meanwhile."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return 0
    return 0 if stat.S_ISLNK(mode) else stat.S_IMODE(mode)
