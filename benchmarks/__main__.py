"""Lists the benchmarks: `make bench`."""

import importlib
import pkgutil

import benchmarks


def main() -> None:
    for module in pkgutil.iter_modules(benchmarks.__path__):
        if not module.ispkg and module.name != "__main__":
            doc = importlib.import_module(f"benchmarks.{module.name}").__doc__ or ""
            print(f"python -m benchmarks.{module.name}\n    {doc.splitlines()[0]}")


if __name__ == "__main__":
    main()
