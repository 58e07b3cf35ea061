"""Ends some work at each operation that changes files, through the one module that does them."""

import os
import shutil

from pipelines import atomic_files

ALL_FAULTS = "NIGHTSHELF_ALL_FAULTS"  # set by `make faults`


def all_faults():
    """Whether this is `make faults`, which tries what takes too long for `make test`, too."""
    return bool(os.environ.get(ALL_FAULTS))


def each_nth(step):
    """The distance of the operations that are killed: `step` in `make test`, 1 in `make faults`, which kills at all."""
    return 1 if all_faults() else step


class Killed(BaseException):
    """The process ends here."""


class KillingOs:
    """The module `os`, whose operation number `at` that changes or syncs files is the last one, and does not happen."""

    CHANGES = ("replace", "symlink", "mkdir", "makedirs", "fsync")

    def __init__(self, at):
        self.left = at

    def count(self):
        self.left -= 1
        if self.left < 0:
            raise Killed

    def __getattr__(self, name):
        operation = getattr(os, name)
        if name not in self.CHANGES:
            return operation

        def counted(*arguments, **options):
            self.count()
            return operation(*arguments, **options)

        return counted


def killed_at(monkeypatch, number, work):
    """Whether `work` was ended at operation `number` of the module that changes files; False where it has fewer."""
    killing, rmtree = KillingOs(number), shutil.rmtree

    def half_removed(folder, ignore_errors=False):
        files = sorted(folder.rglob("*.parquet"))
        for file in files[: len(files) // 2]:
            file.unlink()
        killing.count()
        rmtree(folder, ignore_errors=ignore_errors)

    with monkeypatch.context() as patched:
        patched.setattr(atomic_files, "os", killing)
        patched.setattr(atomic_files.shutil, "rmtree", half_removed)
        try:
            work()
        except Killed:
            return True
    return False
