"""The code that a step runs, found from imports.

Of a step's module these are all modules of this repository that it imports, at the top of a file or within a function,
directly or through others; the packages that they stand in; and the files beside them that are no Python (SQL, HTML,
CSS, properties). What is hashed of a module is its syntax tree without docstrings, so that comments and layout do not
count.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import util
from pathlib import Path

from pipelines.night.steps import STEPS

PACKAGES = ("demo_shop", "pipelines", "recommender", "spark_jobs", "training")
OPEN = "pipelines.night.open_night"
# Names the modules of all steps, and starts none: who imports it does not run them.
TABLE_OF_STEPS = "pipelines.night.steps"
STRING = re.compile(r"Constant\(value='([A-Za-z_]\w*(?:\.\w+)+)'")  # a dotted name in the text of a syntax tree


@dataclass(frozen=True)
class ModuleCode:
    """The hash of a module's syntax tree without docstrings, and the dotted names in its strings."""

    digest: str
    strings: frozenset[str]


class CodeBase:
    """The modules of some importable top-level packages, and which of them each module needs."""

    def __init__(self, packages: tuple[str, ...] = PACKAGES) -> None:
        import grimp  # takes 60 ms, and most processes of a night need no hash of code

        folders = {package: _folder(package) for package in packages}
        self._graph = grimp.build_graph(*packages, cache_dir=None, exclude_type_checking_imports=True)
        self._files = {module: _file(folders, module) for module in self._graph.modules}
        self._data = {m: _data_files(f.parent) for m, f in self._files.items() if f.name == "__init__.py"}

    @property
    def modules(self) -> frozenset[str]:
        """The names of all modules and packages."""
        return frozenset(self._graph.modules)

    def closure(self, module: str) -> frozenset[str]:
        """The modules whose code runs where `module` does, itself among them.

        Importing `a.b.c` runs the packages `a` and `a.b`, too. A string that is the name of a module counts as an
        import: MLflow, torchrun and Jinja are given modules by name.
        """
        reached: set[str] = set()
        waiting = [module]
        while waiting:
            name = waiting.pop()
            if name in reached:
                continue
            reached.add(name)
            waiting += self._graph.find_modules_directly_imported_by(name)
            if name.count("."):
                waiting.append(name.rpartition(".")[0])
            if name != TABLE_OF_STEPS:
                waiting += self.code(name).strings & self._graph.modules
        return frozenset(reached)

    def hash(self, module: str) -> str:
        """SHA-256, as 64 hex digits, of all code and data in the closure of `module`."""
        digest = hashlib.sha256()
        for name in sorted(self.closure(module)):
            digest.update(f"{name} {self.code(name).digest}\n".encode())
            for file in self.data_files(name):
                digest.update(f"{name} {file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
        return digest.hexdigest()

    def code(self, module: str) -> ModuleCode:
        """Hash and dotted names of one module, from its file as it is now."""
        return module_code(self.file(module).read_bytes())

    def file(self, module: str) -> Path:
        """The file of a module; of a package, its `__init__.py`."""
        return self._files[module]

    def data_files(self, module: str) -> list[Path]:
        """The files of a package that are no Python, in its folder and in folders in it that are no packages."""
        return self._data.get(module, [])


@cache
def module_code(source: bytes) -> ModuleCode:
    """Hash and dotted names of a module, from its source text."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [line for line in body if not _is_text(line)]  # type: ignore[attr-defined]
    text = ast.dump(tree)
    return ModuleCode(hashlib.sha256(text.encode()).hexdigest(), frozenset(STRING.findall(text)))


def _is_text(line: ast.stmt) -> bool:
    """Whether a statement is a docstring, or another string that nothing reads."""
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)


@cache
def code_base() -> CodeBase:
    """The packages of nightshelf, whose imports are read once a process."""
    return CodeBase()


@cache
def code_hash(module: str) -> str:
    """The hash of the code that runs where `module` does, as it was when this process asked first."""
    return code_base().hash(module)


def step_hashes(steps: tuple[str, ...] = tuple(STEPS)) -> dict[str, str]:
    """The hash of the code of opening a night, and of each of these steps, by name."""
    return {"open": code_hash(OPEN)} | {name: code_hash(STEPS[name].module) for name in steps}


def _file(folders: Mapping[str, Path], module: str) -> Path:
    package, *inner = module.split(".")
    path = folders[package].joinpath(*inner)
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _data_files(folder: Path) -> list[Path]:
    found: list[Path] = []
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith((".", "__pycache__")):
            continue
        if entry.is_dir() and not (entry / "__init__.py").is_file():
            found += _data_files(entry)
        elif entry.is_file() and entry.suffix not in (".py", ".pyc"):
            found.append(entry)
    return found


def _folder(package: str) -> Path:
    spec = util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"the package {package} is not installed; install nightshelf again.")
    return Path(spec.origin).parent
