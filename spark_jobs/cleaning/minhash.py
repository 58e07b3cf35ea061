"""Candidate pairs of similar texts (MinHash with bands) and their similarity (Jaccard), in SQL.

A text is the set of its pairs of consecutive words. Broder (1997), "On the resemblance and containment of documents":
two sets have the same minimum under a random hash with a probability equal to their Jaccard similarity J. A band joins
`RINGS` minima, so it is shared with probability J^RINGS; a text has `POINTS` bands.

One hash gives a family of hashes: its values lie on a ring, and the first value after a point is the minimum of the
hash rotated by that point (Shrivastava and Li, 2014, "Densifying one permutation hashing via rotation"). Hashing every
pair 48 times in SQL is several times slower and finds no more (docs/decisions/0007).
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

RINGS = 4
POINTS = 12
PLACES = [-(1 << 63) + (2 * point + 1) * (1 << 63) // POINTS for point in range(POINTS)]  # on the ring of 64-bit hashes
MOST_WORDS = 500  # longer texts are cut to this length


def with_signature(rows: DataFrame, words: str, least_words: int) -> DataFrame:
    """`rows` with `signature`: a hash of all words, then `POINTS` band keys; null for texts of fewer than `least_words`
    words.

    Equal texts share the whole signature; texts with J = 0.8 share a band in more than 99 of 100 cases, with J = 0.3 in
    one of ten.
    """
    rings = [f"_ring{number}" for number in range(RINGS)]
    pairs = F.when(F.size(words) >= least_words, shingles(F.col(words)))
    hashed = rows.withColumn("_pairs", pairs).withColumns(
        {ring: F.sort_array(_hashed(F.col("_pairs"), number)) for number, ring in enumerate(rings)}
    )
    placed = hashed.withColumns({f"{ring}_places": F.sort_array(F.concat(ring, F.lit(PLACES))) for ring in rings})
    # Written out instead of one lambda: Spark would sort the rings anew for each point.
    bands = (F.xxhash64(F.lit(point), *(_first_after(ring, point) for ring in rings)) for point in range(POINTS))
    keys = F.when(F.col("_pairs").isNotNull(), F.array(F.xxhash64(F.col(words)), *bands))
    return placed.withColumn("signature", keys).drop("_pairs", *rings, *(f"{ring}_places" for ring in rings))


def shingles(words: Column) -> Column:
    """array<bigint>: hashes of the distinct pairs of following words."""
    count = F.greatest(F.least(F.size(words), F.lit(MOST_WORDS)) - 1, F.lit(0))
    return F.array_distinct(
        F.zip_with(F.slice(words, 1, count), F.slice(words, 2, count), lambda a, b: F.xxhash64(a, b))
    )


def jaccard(a: Column, b: Column) -> Column:
    """Jaccard similarity of two arrays: size of the intersection over size of the union."""
    shared = F.size(F.array_intersect(a, b))
    return shared / (F.size(a) + F.size(b) - shared)


def _hashed(pairs: Column, number: int) -> Column:
    return F.transform(pairs, lambda pair: F.xxhash64(pair, F.lit(number)))


def _first_after(ring: str, point: int) -> Column:
    """The first value of the ring after a point, wrapping around at the end."""
    before = F.array_position(f"{ring}_places", PLACES[point]) - (point + 1)
    return F.get(ring, F.pmod(before, F.size(ring)).cast("int"))
