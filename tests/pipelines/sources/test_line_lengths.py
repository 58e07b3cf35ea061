"""Lines without an end, in files that are small as they lie: they are refused before they fill the memory."""

import subprocess
import sys
import zlib

import pytest
import zstandard

from pipelines.errors import SourceError
from pipelines.settings.sources import Source
from pipelines.sources.files import inspect_file

MIB = 1 << 20
HEADER = b"product_id,event_type,ts\n"
INSPECT = """
import re, sys
from pathlib import Path
from pipelines.errors import SourceError
from pipelines.settings.sources import Source
from pipelines.sources.files import inspect_file

def peak_mib():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024

before = peak_mib()
try:
    inspect_file(Path(sys.argv[1]), Source(), None)
except SourceError as refused:
    print(refused)
print(peak_mib() - before)
"""


def packed(name, start, filling):
    """`start` and a line of half a GiB without an end, packed as one frame by the ending of `name`."""
    packer = zstandard.ZstdCompressor().compressobj() if name.endswith("zst") else zlib.compressobj(1, wbits=31)
    return packer.compress(start) + b"".join(packer.compress(filling * MIB) for _ in range(512)) + packer.flush()


@pytest.mark.parametrize(
    ("name", "start", "filling"),
    [
        ("events.csv.zst", HEADER, b"\0"),
        ("events.jsonl.zst", b"", b"x"),
        ("events.csv.gz", HEADER, b"x"),
        ("events.jsonl.gz", b"", b"x"),
    ],
)
def test_a_line_without_end_is_refused_and_takes_little_memory(tmp_path, name, start, filling):
    (tmp_path / name).write_bytes(packed(name, start, filling))
    assert (tmp_path / name).stat().st_size < 3 * MIB
    run = [sys.executable, "-c", INSPECT, str(tmp_path / name)]
    sentence, mib = subprocess.run(run, capture_output=True, text=True, check=True).stdout.splitlines()
    assert sentence == (
        f"{tmp_path / name} has a line of more than 8,388,608 bytes, the most that longest_line in [sources] allows. "
        "Deliver it with line ends, raise that key, or move it away."
    )
    assert int(mib) < 200


@pytest.mark.parametrize("most", [1 << 16, 3 * MIB])  # shorter and longer than the pieces that are read
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_the_length_of_a_line_is_counted_in_bytes_of_utf_8_up_to_its_end(tmp_path, encoding, end, most):
    file, source = tmp_path / "events.csv", Source(encoding=encoding, longest_line=most)
    lines = f"product_id{end}" + f"é{'x' * (most - 2)}{end}" * 2  # é has two bytes
    file.write_bytes(f"{lines}a".encode(encoding))
    assert inspect_file(file, source, None).columns == ("product_id",)
    for longer in (f"{lines}é{'x' * (most - 1)}{end}a", f"{lines}é{'x' * (most - 1)}"):
        file.write_bytes(longer.encode(encoding))
        with pytest.raises(SourceError, match=f"more than {most:,} bytes"):
            inspect_file(file, source, None)


def test_a_window_that_needs_more_memory_than_zstd_takes_is_refused(tmp_path):
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=30)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    (tmp_path / "events.csv.zst").write_bytes(packer.compress(HEADER) + packer.flush())
    with pytest.raises(SourceError, match=r"events.csv.zst .*a window of more than 128 MiB; .*--long=27"):
        inspect_file(tmp_path / "events.csv.zst", Source(), None)
