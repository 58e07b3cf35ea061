import pipelines  # noqa: F401  (switches telemetry off before any file here imports a library that reports)
