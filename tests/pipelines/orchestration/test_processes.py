"""Signals that end a process end it in an orderly way, once; what is ignored stays ignored."""

import signal
from contextlib import ExitStack

import pytest

from pipelines.orchestration.processes import EndedBySignal, ended_by_signals


def test_the_first_signal_ends_the_block_and_further_ones_do_not_disturb_its_end():
    steps = []

    def end_services():
        signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGTERM)
        steps.append("services are ended")

    def serve():
        with ended_by_signals(), ExitStack() as held:
            held.callback(end_services)
            signal.raise_signal(signal.SIGHUP)

    with pytest.raises(EndedBySignal) as ended:
        serve()
    assert steps == ["services are ended"]
    assert (ended.value.code, ended.value.sentence) == (129, "ended by SIGHUP")
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_process_that_ignores_the_end_of_its_terminal_goes_on():
    previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with ended_by_signals():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, previous)
