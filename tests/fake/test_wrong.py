"""A dialect set by hand that is another's. Nothing that zanycastd then sends may leave a route that
nobody withdraws, and it must not call announced what is not."""

import time

import pytest

from dialects import DIALECTS
from lab import wait
from stage import CLOSED, PATIENCE, TAG

NAMES = list(DIALECTS)


def neighbour(dialect, step):
    return NAMES[(NAMES.index(dialect) + step) % len(NAMES)]


def try_wrong(stage, believed):
    """Up, then down, believing it to be another; until the daemon has made up its mind."""
    stage.start(dialect=believed)

    def decided():
        states = stage.states()
        return stage.zebra_state() in CLOSED or len(states) == 2 and \
            set(states.values()) <= {"announced", "conflict", "refused"}
    wait(decided, PATIENCE, f"zanycastd to see what is wrong: {stage.why()}")
    since = time.monotonic()
    while time.monotonic() - since < 0.7:
        if not stage.zebra.settled():
            continue
        lies = stage.lies()
        assert not lies or not stage.lies(), f"{lies} are called announced: {stage.why()}"
        time.sleep(0.05)
    stage.serve(False)
    stage.event("service.down")
    wait(lambda: not stage.addresses(), PATIENCE, "the aliases to go")
    wait(lambda: stage.zebra.settled() and all(map(stage.is_gone, stage.prefixes)), PATIENCE,
         f"nothing to be left: {stage.why()}")
    before = len([n for n, r in stage.zebra.requests if not r.delete])
    time.sleep(0.5)
    assert len([n for n, r in stage.zebra.requests if not r.delete]) == before, \
        "a dead service was announced"
    assert all(map(stage.is_gone, stage.prefixes)), str(stage.why())
    stage.daemon.stop()
    stage.wait_empty()


def test_before(stage):
    """believed to be the row above"""
    stage.tag = TAG if "tag" in DIALECTS[stage.dialect].bits and \
        "tag" in DIALECTS[neighbour(stage.dialect, -1)].bits else 0
    try_wrong(stage, neighbour(stage.dialect, -1))


def test_behind(stage):
    """believed to be the row below"""
    stage.tag = TAG if "tag" in DIALECTS[stage.dialect].bits and \
        "tag" in DIALECTS[neighbour(stage.dialect, 1)].bits else 0
    try_wrong(stage, neighbour(stage.dialect, 1))


@pytest.mark.parametrize("believed", ["frr-6", "frr-7.1", "frr-7.3", "frr-8.3", "frr-10.3"])
def test_version_6(stage, believed):
    """believed to be another family of version 6: one's deletes are the other's adds"""
    if DIALECTS[stage.dialect].version != 6 or stage.dialect == believed:
        pytest.skip("that is not version 6, or no mistake")
    try_wrong(stage, believed)
