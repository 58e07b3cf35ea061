"""The last touch on published files: the contract's own schema, and names that readers can live with."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.contracts.contract import Table

ROW_GROUP = 500_000  # rows


def settle_files(folder: Path, table: Table) -> list[Path]:
    """Write the files of Spark in `folder` again, one for one and in order, and give back the new ones.

    Spark writes every column as if it could be empty, and no meaning that Arrow readers see. Here each file gets
    the schema of the contract: required columns, meanings and units in the metadata of fields, zstd, row groups of
    500,000 rows. At most a row group is held in memory.
    """
    schema = table.schema()
    settled = []
    for n, part in enumerate(sorted(folder.glob("part-*.parquet"))):
        target = folder / f"{table.name}-{n:05d}.parquet"
        with pq.ParquetFile(part) as source, pq.ParquetWriter(target, schema, compression="zstd") as out:
            for batch in source.iter_batches(ROW_GROUP):
                out.write_table(pa.Table.from_batches([batch]).cast(schema), row_group_size=ROW_GROUP)
        part.unlink()
        settled.append(target)
    for left in [*folder.glob("_*"), *folder.glob(".*.crc")]:
        left.unlink()
    return settled
