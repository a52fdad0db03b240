"""The matrix: every scenario in every setup, with zanycast and without; and who plays it."""

import concurrent.futures
import contextlib
import os
import threading
import traceback
from dataclasses import dataclass

from .ground import SETTLE_S, Ground
from .netns import LabError
from .network import clean
from .scenarios import SCENARIOS
from .setups import SETUPS

LABS = 3 * (os.cpu_count() or 1)  # at a time; they wait for the network nearly always
WATCH_S = {"quick": 15, "full": 30}     # where nobody is known to move the clients
BOUND_S = {"quick": 120, "full": 300}   # elsewhere
RAISE_S = 20

# RIP's other way comes with the next updates, up to 30 s apart and hop by hop.
PERIODIC = {"rip": 20, "rip-bfd": 20, "ripng": 20, "rip-tuned": 4}
# The timers that end a dead neighbour at its default, seconds.
DEAD_S = {"rip": 190, "rip-ecmp": 180, "rip-bfd": 190, "ripng": 190, "ospf": 45, "ospf6": 45, "bgp": 180,
          "rip-tuned": 20}
# Known to take minutes (silent death: or most of one): not played where it has to be quick.
MINUTES = {(setup, "dead", mode) for setup in DEAD_S if setup != "rip-tuned" for mode in (True, False)}
# ripd of FRR 10.3 drops what it had from a neighbour that BFD misses, and tells nobody: of rip-bfd
# "dead", and where nobody has withdrawn the route before
MINUTES |= {("rip-bfd", "rebooted", False)}


@dataclass(frozen=True)
class Cell:
    scenario: str
    setup: str
    zanycast: bool

    @property
    def meaningless(self):
        return not self.zanycast and not SCENARIOS[self.scenario].without

    @property
    def minutes(self):
        return (self.setup, self.scenario, self.zanycast) in MINUTES

    @property
    def variant(self):
        """Of the lab. A network of one router has no ring."""
        own = SETUPS[self.setup].variant
        return own if own == "site" else SCENARIOS[self.scenario].variant

    @property
    def noticed(self):
        return SCENARIOS[self.scenario].noticed(self.zanycast)

    @property
    def instant(self):
        """Milliseconds are measured."""
        return SCENARIOS[self.scenario].instant and self.noticed and self.setup not in PERIODIC

    def watch_s(self, kind):
        return BOUND_S[kind] if self.noticed else WATCH_S[kind]

    def seconds(self, kind):
        """About how long a run takes."""
        if not self.noticed:
            return SETTLE_S + WATCH_S[kind] + 2
        way = PERIODIC.get(self.setup, 1)
        if self.scenario == "dead":
            way = DEAD_S.get(self.setup, 3)
        if self.scenario == "orphaned":
            way += 10
        if self.scenario in ("dead", "rebooted", "cut"):
            way += 12  # adjacencies
        return SETTLE_S + way + 4

    def key(self):
        return {"scenario": self.scenario, "setup": self.setup, "zanycast": self.zanycast}


def matrix(scenarios=SCENARIOS, setups=SETUPS, modes=(True, False)):
    return [Cell(scenario, setup, mode) for setup in setups for mode in modes for scenario in scenarios]


def skipped(cells, quick):
    """Records that say why a cell has no runs: {cell: record}."""
    found = {}
    for cell in cells:
        why = SETUPS[cell.setup].missing()
        word = "meaningless" if cell.meaningless else "missing" if why else \
            "minutes" if quick and cell.minutes else None
        if word:
            found[cell] = cell.key() | {"skipped": word} | ({"why": why} if why else {})
    return found


class Job:
    """Cells that share a lab, and how many runs each lacks: raised once, played one by one."""

    def __init__(self, cells, kind):
        self.cells, self.kind = dict(cells), kind
        first = next(iter(self.cells))
        self.setup, self.zanycast, self.variant = first.setup, first.zanycast, first.variant
        self.ground = None
        self.playing = None

    def seconds(self):
        return RAISE_S + sum(n * cell.seconds(self.kind) for cell, n in self.cells.items())

    def play(self, results, still, report, stop):
        """All of it. report(record) after each run. A lab that a run has spoilt is not used again."""
        with contextlib.ExitStack() as up:
            for cell in [c for c, n in self.cells.items() for _ in range(n)]:
                if stop.is_set():
                    return
                self.playing = cell
                try:
                    if not self.ground:
                        ground = Ground(SETUPS[self.setup], self.zanycast, self.variant, still=still)
                        self.ground = ground
                        up.enter_context(ground)
                    figures = self.ground.play(
                        SCENARIOS[cell.scenario], cell.watch_s(self.kind), cell.instant)
                    figures["frr"] = str(self.ground.lab.release)
                except Exception as error:  # whatever it is, the others go on
                    if stop.is_set():
                        return
                    if not isinstance(error, LabError):
                        traceback.print_exc()
                    figures = {"error": str(error)[:400] or type(error).__name__}
                    with contextlib.suppress(LabError, OSError):
                        figures["evidence"] = self.ground.evidence()
                if "error" in figures or self.ground.spoilt:
                    up.close()
                    self.ground = None
                report(results.add(**cell.key(), figures=figures))
        self.ground = self.playing = None


class Round:
    """All runs that are wanted and not there yet."""

    def __init__(self, cells, results, runs=1, kind="full", labs=LABS):
        self.results, self.labs = results, labs
        grouped = {}
        for cell in cells:
            lacks = runs - results.done(**cell.key())
            if lacks > 0:
                grouped.setdefault((cell.setup, cell.zanycast, cell.variant), {})[cell] = lacks
        self.jobs = sorted((Job(c, kind) for c in grouped.values()), key=Job.seconds, reverse=True)
        self.total = sum(sum(job.cells.values()) for job in self.jobs)
        self.stop = threading.Event()

    def minutes(self):
        """About how long it will take."""
        work = [job.seconds() for job in self.jobs]
        return max([sum(work) / self.labs, *work[:1]], default=0) / 60

    def play(self, report, look_on):
        """Returns when all is done. look_on(): called every half second meanwhile, in this thread."""
        still = threading.Lock()
        pool = concurrent.futures.ThreadPoolExecutor(self.labs)
        try:
            pending = {pool.submit(job.play, self.results, still, report, self.stop)
                       for job in self.jobs}
            while pending:
                done, pending = concurrent.futures.wait(pending, 0.5)
                for job in done:
                    job.result()
                look_on()
        except BaseException:
            self.abandon()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
            for job in self.jobs:
                if job.ground:  # what it was raising when its lab was taken away
                    clean(job.ground.lab.tag)

    def abandon(self):
        """Interrupted: the labs are taken away from those who play in them."""
        self.stop.set()
        for job in self.jobs:
            if ground := job.ground:
                with contextlib.suppress(LabError, OSError):
                    ground.abandon()
