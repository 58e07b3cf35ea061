"""The type of the column `reason`, and what can place a product on its rank."""

import pyarrow as pa

from pipelines.contracts.score_parts import REASON_KINDS

PLACED_BY = ("score", "new product", "diversity", "exploration")


REASON = pa.struct(
    [
        pa.field("kind", pa.string()),
        pa.field("evidence", pa.list_(pa.string())),
        pa.field("users", pa.int32()),
        pa.field("contribution", pa.float32()),
        pa.field("parts", pa.struct([pa.field(kind, pa.float32()) for kind in REASON_KINDS])),
    ]
)
