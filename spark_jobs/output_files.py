"""The Parquet files of output tables: Spark's own are rewritten with the contract's schema and plain names."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.contracts.contract import Table

ROW_GROUP = 500_000  # rows


def rewrite_files(folder: Path, table: Table) -> list[Path]:
    """Rewrite each `part-*.parquet` of `folder`, in order, as `TABLE-00000.parquet`; gives back the new files.

    Spark marks every column nullable and writes no field metadata. The new files have the schema of the contract:
    required columns, meanings and units in the metadata of fields, zstd, row groups of 500,000 rows. At most one row
    group is held in memory.
    """
    schema = table.schema()
    written = []
    for n, part in enumerate(sorted(folder.glob("part-*.parquet"))):
        target = folder / f"{table.name}-{n:05d}.parquet"
        with pq.ParquetFile(part) as source, pq.ParquetWriter(target, schema, compression="zstd") as out:
            for batch in source.iter_batches(ROW_GROUP):
                out.write_table(pa.Table.from_batches([batch]).cast(schema), row_group_size=ROW_GROUP)
        part.unlink()
        written.append(target)
    for by_product in [*folder.glob("_*"), *folder.glob(".*.crc")]:
        by_product.unlink()
    return written
