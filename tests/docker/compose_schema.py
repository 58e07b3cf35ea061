"""The part of the Compose Specification that the cluster's file uses, as a JSON schema written for it.

A key that is not here is a slip of the pen, or a reason to add it after reading the specification.
"""

TEXT = {"type": "string"}
WORDS = {"oneOf": [TEXT, {"type": "array", "items": TEXT}]}
LIST = {"type": "array", "items": TEXT, "uniqueItems": True}
SWITCH = {"type": "boolean"}
TIME = {"type": "string", "pattern": r"^(\d+(h|m|s|ms|us))+$"}
VALUES = {
    "oneOf": [{"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}}, LIST]
}


def shape(**properties):
    """An object with these keys and no others."""
    return {"type": "object", "properties": properties, "additionalProperties": False}


CONDITION = {"enum": ["service_started", "service_healthy", "service_completed_successfully"]}
HEALTH = shape(
    test=WORDS,
    interval=TIME,
    timeout=TIME,
    start_period=TIME,
    start_interval=TIME,
    retries={"type": "integer", "minimum": 1},
)
DEVICE = shape(driver=TEXT, count={"type": ["integer", "string"]}, capabilities=LIST) | {"required": ["capabilities"]}
SERVICE = shape(
    image=TEXT,
    build={"oneOf": [TEXT, shape(context=TEXT, dockerfile=TEXT, target=TEXT, args=VALUES)]},
    pull_policy={"enum": ["always", "never", "missing", "build"]},
    command=WORDS,
    entrypoint=WORDS,
    environment=VALUES,
    user=TEXT,
    init=SWITCH,
    restart={"enum": ["no", "always", "on-failure", "unless-stopped"]},
    stop_grace_period=TIME,
    ports=LIST,
    volumes={"type": "array", "items": {"oneOf": [TEXT, {"type": "object", "required": ["type", "target"]}]}},
    depends_on={
        "oneOf": [
            LIST,
            {
                "type": "object",
                "additionalProperties": shape(condition=CONDITION, restart=SWITCH, required=SWITCH)
                | {"required": ["condition"]},
            },
        ]
    },
    healthcheck=HEALTH,
    profiles=LIST,
    cap_drop=LIST,
    cap_add=LIST,
    security_opt=LIST,
    read_only=SWITCH,
    tmpfs=WORDS,
    shm_size=TEXT,
    hostname=TEXT,
    deploy=shape(
        resources=shape(limits={"type": "object"}, reservations=shape(devices={"type": "array", "items": DEVICE}))
    ),
) | {"anyOf": [{"required": ["image"]}, {"required": ["build"]}]}

COMPOSE_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "services": {"type": "object", "additionalProperties": SERVICE},
        "volumes": {"type": "object", "additionalProperties": {"type": ["object", "null"]}},
        "networks": {"type": "object"},
    },
    "patternProperties": {"^x-": {}},
    "required": ["services"],
    "additionalProperties": False,
}
