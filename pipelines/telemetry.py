"""Usage reports that libraries send to their makers unless told otherwise: all are switched off.

MLflow, ONNX Runtime and the Hugging Face hub read their variable once, while they are imported.
"""

from __future__ import annotations

import os

OFF = {
    "GX_ANALYTICS_ENABLED": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "ORT_DISABLE_TELEMETRY": "1",  # without it a device id is kept in the user's cache, too
}


def switch_off() -> None:
    """Set the variables for this process and those that it starts, whatever they were."""
    os.environ.update(OFF)
