"""lab run: plays scenarios, shows how it goes, prints the table."""

import contextlib
import json
import pathlib
import shutil
import sys
import threading
import time

from . import container, table
from .cells import LABS, Round, matrix, skipped
from .ground import HOME_S
from .netns import LabError
from .results import RESULTS, Results
from .scenarios import SCENARIOS
from .setups import SETUPS
from .zanycast import program

EXPLAIN = """\
Strikes the site that c1 uses, and measures until c1 has the first answer of the other site; then
undoes the harm and waits until all is as before. Scenarios:

""" + "\n".join(f"  {s.name:10} {s.title}" for s in SCENARIOS.values()) + """
  container  (alone) a site in containers beside the host's router, shown as it happens

Setups:

""" + "\n".join(f"  {s.name:10} {s.title}" for s in SETUPS.values()) + f"""

--all plays every scenario in every setup, with zanycast and without, {LABS} labs at a time, and goes on
where it was interrupted: the runs are in {RESULTS / "full.jsonl"}. It takes an hour or more.
--all --quick plays one run of each cell that is not known to take minutes, always anew, in less
than 25 minutes."""


def arguments(parser):
    parser.add_argument("scenario", nargs="*", metavar="SCENARIO")
    parser.add_argument("--all", action="store_true", help="every scenario")
    parser.add_argument("-p", dest="setup", nargs="+", choices=SETUPS, metavar="SETUP",
                        default=list(SETUPS), help="in these setups only")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--with", dest="modes", action="store_const", const=[True],
                      help="with zanycast only")
    mode.add_argument("--without", dest="modes", action="store_const", const=[False],
                      help="without it only")
    parser.add_argument("--quick", action="store_true",
                        help="watch what never happens for 15 s only; with --all see above")
    parser.add_argument("--runs", type=int, metavar="N", help="of each cell (1; with --all 5)")
    parser.add_argument("--labs", type=int, default=LABS, metavar="N", help=f"at a time ({LABS})")
    parser.add_argument("--results", metavar="FILE", help="append the runs to this file; those that "
                        "it has already count")
    parser.add_argument("--fresh", action="store_true", help="empty that file first")
    parser.add_argument("--json", metavar="FILE", help="write the figures here, too")


def run(args):
    """The exit status."""
    if args.scenario == ["container"]:
        return container.show()
    if bool(args.scenario) == args.all or {*args.scenario} - {*SCENARIOS}:
        raise LabError("run what? --all, or some of " + " ".join(SCENARIOS) + ", or container")
    kind = "quick" if args.quick else "full"
    path, fresh = args.results, args.fresh
    if args.all and not path:
        path, fresh = RESULTS / f"{kind}.jsonl", fresh or args.quick
    program("zanycast-probe"), program("zanycastd")
    results = Results(path, fresh)
    cells = matrix(args.scenario or SCENARIOS, args.setup, args.modes or (True, False))
    left_out = skipped(cells, args.all and args.quick)
    cells = [c for c in cells if c not in left_out]
    runs = args.runs or (5 if args.all and not args.quick else 1)
    began = time.monotonic()
    play(Round(cells, results, runs, kind, args.labs), path)
    wanted = {tuple(c.key().values()) for c in cells}
    shown = [r for r in results.runs if table.cell_of(r) in wanted]
    print_table(shown + list(left_out.values()))
    print(f"{time.monotonic() - began:.0f} s")
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(
            {"machine": results.machine, "runs": shown, "skipped": list(left_out.values())},
            indent=1) + "\n")
    return 1 if any("error" in r for r in shown) else 0


def play(round_, path):
    if path:
        had = len(round_.results.runs)
        print(f"{path}: {had} runs are there, {round_.total} are wanted", file=sys.stderr)
    if not round_.total:
        return
    print(f"{round_.total} runs in {len(round_.jobs)} labs, {round_.labs} at a time: about "
          f"{round_.minutes():.0f} minutes", file=sys.stderr)
    with Progress(round_) as progress:
        round_.play(progress.report, progress.look)


def print_table(results):
    print()
    for line in table.lines(results, SCENARIOS, SETUPS):
        print(line)
    print()
    for line in table.notes(results):
        print(line)


class Progress:
    """On a terminal the last line says what is going on; elsewhere a line a minute does."""

    def __init__(self, round_):
        self.round = round_
        self.terminal = sys.stderr.isatty()
        self.began = self.spoke = time.monotonic()
        self.done = 0
        self._lock = threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._wipe()

    def _wipe(self):
        if self.terminal:
            sys.stderr.write("\r\x1b[K")

    def clock(self):
        seconds = int(time.monotonic() - self.began)
        return f"{seconds // 60:3}:{seconds % 60:02}"

    def report(self, run_):
        """A run has ended."""
        with self._lock:
            self.done += 1
            figures = table.Figures([run_])
            words = f"failed: {run_['error']}" if "error" in run_ else figures.brief()
            back = f", back in {table.span(figures.back[0])}" if figures.back else \
                "" if "error" in run_ else f", not back within {HOME_S} s"
            self._wipe()
            print(f"{self.clock()}  {self.done:3}/{self.round.total}  {run_['setup']:10} "
                  f"{table.WITH[run_['zanycast']]:8} {run_['scenario']:10} {words}{back}",
                  file=sys.stderr, flush=True)

    def look(self):
        """Called now and then while nothing ends."""
        if not self.terminal and time.monotonic() - self.spoke < 60:
            return
        self.spoke = time.monotonic()
        busy = []
        for job in self.round.jobs:
            ground, cell = job.ground, job.playing
            if ground and cell:
                busy.append(f"{cell.setup} {table.WITH[cell.zanycast]} {cell.scenario}: "
                            f"{ground.doing} {time.monotonic() - ground.since:.0f} s")
        with self._lock, contextlib.suppress(OSError):
            self._wipe()
            if self.terminal:
                shown = busy[int(time.monotonic() / 2) % len(busy)] if busy else ""
                text = f"{self.clock()}  {self.done:3}/{self.round.total}  {len(busy)} labs; {shown}"
                sys.stderr.write(text[:shutil.get_terminal_size().columns - 1])
            else:
                sys.stderr.write(f"{self.clock()}  now: " + "; ".join(busy) + "\n")
            sys.stderr.flush()
