"""lab report: the runs of a file as doc/failover.md, with a plot of each scenario."""

import pathlib
import statistics

from . import plot, table
from .cells import matrix, skipped
from .ground import HOME_S
from .netns import LabError
from .results import RESULTS, load
from .scenarios import SCENARIOS
from .setups import SETUPS

DOC = pathlib.Path(__file__).parent.parent / "doc"

HEAD = """\
# Failover, as a client sees it

A client asks the service's address every 5 ms. Something happens to the site that answers it; measured is the time from then to the
first answer of the other site, and how many queries nobody answered meanwhile. The same with zanycastd at both sites, and without:
then the address is on `lo` for good, and the routing protocol alone decides (`lab/topology.json` has the network, `frr-configs/` the recipes).

    {command}

{machine}. {days}. {n}

 * Figures of one machine: compare within this page.
 * "> N s": the other site had not answered when nobody looked on any longer.
 * Lost: queries, of one each 5 ms, until the harm was undone. Not counted where nobody answered even then.
 * Home: from the moment the harm was undone until the site answers its client again, with what was lost on the way.
"""

ROW = "| {} | {} | {} | {} | {} | {} | {} |"
COLUMNS = ("setup", "zanycast", "median", "min – max", "n", "lost", "home (lost)")

SETUP_LINES = "\n".join(f"| `{s.name}` | {s.title} |" for s in SETUPS.values())


def report(path=None, doc=DOC):
    """Write the document and its plots; the document's path."""
    path = pathlib.Path(path) if path else newest()
    runs = load(path)
    if not runs:
        raise LabError(f"{path}: no runs; lab run --all makes them")
    quick = path.name == "quick.jsonl"
    left_out = [cell | {"machine": None} for cell in skipped(matrix(), quick).values()]
    figures = table.cells(runs + left_out)
    doc.mkdir(exist_ok=True)
    parts = [head(runs, quick), note(figures), "\n## The setups\n\n| | |\n|---|---|\n" + SETUP_LINES + "\n"]
    for scenario in SCENARIOS.values():
        mine = [r for r in runs if r["scenario"] == scenario.name and "took_ms" in r]
        if not mine:
            continue
        name = f"failover-{scenario.name}.svg"
        title = scenario.title[0].upper() + scenario.title[1:]
        (doc / name).write_text(plot.strips(title, mine, SETUPS))
        parts.append(f"\n## {title}\n\n{scenario.how}\n\n![{title}]({name})\n\n"
                     + "\n".join(rows(scenario.name, figures)) + "\n")
    parts.append(failures(runs))
    (doc / "failover.md").write_text("".join(parts))
    return doc / "failover.md"


def newest():
    """The full set's file; the quick one's where there is none."""
    for name in ("full", "quick"):
        if (RESULTS / f"{name}.jsonl").exists():
            return RESULTS / f"{name}.jsonl"
    raise LabError(f"nothing was measured yet in {RESULTS}: lab run --all [--quick]")


def head(runs, quick):
    machines = {tuple(sorted(r["machine"].items())) for r in runs}
    words = "; and ".join(
        f"{m['system']}, FRR {m['frr']}, Linux {m['kernel']}, {m['cpus']} CPUs ({m['cpu']})"
        for m in map(dict, sorted(machines)))
    days = sorted(r["at"][:10] for r in runs)
    other = sorted({f"{r['setup']} on FRR {r['frr']}" for r in runs
                    if r.get("frr", r["machine"]["frr"]) != r["machine"]["frr"]})
    words += f" ({', '.join(other)})" if other else ""
    each = max(cell.n for cell in table.cells(runs).values())
    command = "sudo lab/lab run --all" + (" --quick" if quick else "" if each == 5 else f" --runs {each}")
    n = "One run of each cell: read the order of magnitude." if each == 1 else \
        "The median of an even number of runs is the worse of the two in the middle."
    n += " What is known to take minutes was left out." if quick else ""
    return HEAD.format(command=command + " && sudo lab/lab report", machine=words,
                       days=" to ".join(dict.fromkeys((days[0], days[-1]))), n=n)


def note(figures):
    """What was believed, and what is so."""
    def said(scenario, setup, mode):
        cell = figures.get((scenario, setup, mode))
        if not cell or not cell.n:
            return "not measured in this set"
        return f"{cell.median()} ({cell.range()}, n = {cell.n})" if cell.n > 1 else cell.median()

    lines = [
        ("server gone without a word", "3 min 50 s (15:55:04–15:58:54), 241 pings", "dead", "rip", False),
        ("clean reboot", "less than 10 s", "rebooted", "rip", False),
        ("the name server alone dies", "", "killed", "rip", False),
        ("the same, with zanycast", "", "killed", "rip", True),
        ("with zanycast and RIP's timers 5 15 10", "", "killed", "rip-tuned", True),
        ("with zanycast, two sites at equal cost in RIP", "", "killed", "rip-ecmp", True),
        ("with zanycast, in OSPF at its default timers", "", "killed", "ospf", True),
    ]
    yes = "\n".join(f"| {what} | {old} | {said(*cell)} |" for what, old, *cell in lines)
    return f"""
## The old note

An old lab note (two name servers, four routers, RIP at its default timers) ends: "Using anycast as a fail-over mechanism with RIP as
routing protocol is not a feasible option". Its take-over took four minutes. On the same topology:

| | the note | here |
|---|---|---|
{yes}

The minutes are real, and they are RIP's 180 s timeout: they belong to a server that vanishes without a word, at default timers. A
server that is shut down is gone from its router at once, and the other site's way comes with the next updates, up to 30 s a router. A
service that dies on a living server is never noticed by any routing protocol, whatever its timers. zanycast turns that never into a
withdrawal; what is left is how soon the network has another way: milliseconds where routers know more than one (OSPF, BGP, RIP at equal
cost). A server that is dead as a whole takes zanycastd with it: there the protocol's timers decide, or BFD.

## What surprises

 * OSPF needs a second, not milliseconds, when the whole site is lost (`cut`, `dead` with BFD): ospfd calculates external routes by a
   timer of 1 s when their router has gone. A withdrawn route is a message, and is followed at once.
 * BGP with a secondary that prepends (`bgp`, `bgp-bfd` with zanycast) takes longer than without ranks: the routers between prefer the
   primary, so the withdrawal walks to the far end and the other way walks back, 50 ms a router.
 * BFD does not help RIP behind the first router: ripd of FRR 10.3 drops what it had from a neighbour that BFD misses and tells nobody.
 * Equal-cost RIP may not come home after the link was down (`rip-ecmp`, FRR 8.4.4): ripd has both ways again, zebra installs one.
 * A site comes back to OSPF some seconds before OSPF has brought it the way to its clients. A default route of its own (as here) spares
   them that.
"""


def rows(scenario, figures):
    yield ROW.format(*COLUMNS)
    yield ROW.format(*("---" if n < 2 else "--:" for n in range(len(COLUMNS))))
    for setup in SETUPS:
        for mode, word in table.WITH.items():
            cell = figures.get((scenario, setup, mode))
            if cell and cell.n:
                yield ROW.format(setup, word, cell.median(), cell.range(), cell.n, lost(cell), home(cell))
            elif cell and cell.skipped != "meaningless":
                yield ROW.format(setup, word, cell.brief(), "", 0, "", "")


def lost(cell):
    return between(cell.lost, str) if cell.lost else ""


def between(values, words):
    low, high = min(values), max(values)
    middle = statistics.median_high(values)
    return words(middle) + (f" ({words(low)} – {words(high)})" if low != high else "")


def home(cell):
    missed = f"{cell.n - len(cell.back)} × not within {HOME_S} s" if len(cell.back) < cell.n else ""
    if not cell.back:
        return missed
    lost_ = f"{between(cell.back_lost, str)} lost" if cell.back_lost else ""
    return ", ".join(filter(None, [between(cell.back, table.span), lost_, missed]))


def failures(runs):
    failed = [r for r in runs if "error" in r]
    if not failed:
        return ""
    return "\n## Runs that failed\n\n" + "".join(
        f" * {r['scenario']}, {r['setup']}, {table.WITH[r['zanycast']]} zanycast: {r['error']}\n"
        for r in failed)
