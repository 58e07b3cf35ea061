"""How a night is kept. Importing this package switches off the usage reports that libraries send to their makers:

MLflow, ONNX Runtime, Great Expectations and the Hugging Face hub each read their variable once, while they are
imported, and every process of a night imports this package first.
"""

import os

TELEMETRY_OFF = {
    "GX_ANALYTICS_ENABLED": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "ORT_DISABLE_TELEMETRY": "1",  # without it ONNX Runtime also writes a device id into the user's cache
}

os.environ.update(TELEMETRY_OFF)
