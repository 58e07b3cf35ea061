"""A disk that is full in each step of a night: the step says so, and run again with space the tables are the same."""

import pytest

from pipelines.errors import StepFailed
from pipelines.night.releases import current
from pipelines.night.steps import STEPS
from tests.faults.killed_nights import differences, undisturbed
from tests.faults.shop import ROOT, code_hash, copy, result_of, start
from tests.faults.small_disk import PLENTY, leave_free, may_mount, small_disk
from tests.killing import all_faults

pytestmark = pytest.mark.skipif(not all_faults(), reason="whole nights are disturbed only by `make faults`")
FREE = (0, 40_000, 400_000)  # bytes that are left when the step begins


@pytest.fixture(scope="module")
def calm():
    return undisturbed(ROOT / "build" / f"faults-{code_hash()}")


def test_a_full_disk_stops_each_step_and_the_next_try_gives_the_same_tables(calm, tmp_path):
    if not may_mount(tmp_path):
        pytest.skip("this account may not mount a disk in memory (mount -t tmpfs)")
    stopped = []
    with small_disk(tmp_path / "disk") as disk:
        home = copy(calm.base, disk / "home")
        before, work = current(home), start(home, None, "open").finish().strip()
        for step in STEPS:
            for space in FREE:
                leave_free(disk, space)
                run = start(home, work, step)
                printed = run.printed()
                leave_free(disk, PLENTY)
                if run.process.returncode == 0:
                    break
                stopped.append((step, space))
                assert run.process.returncode == StepFailed.exit_code, printed[-3000:]
                assert "disk" in printed.splitlines()[-1], printed[-3000:]
                assert current(home) == before or step == "publish"
            else:
                start(home, work, step).finish()
        assert differences(calm.result, result_of(home)) == ""
    print(f"full disk: {stopped}")
    assert {step for step, _ in stopped} == set(STEPS)
