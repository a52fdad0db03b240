"""Results as a table for a terminal. Takes plain dicts (one a run, see results.py), nothing of a lab."""

import statistics

WITH = {True: "with", False: "without"}
SKIPPED = {"minutes": "minutes", "meaningless": "-", "missing": "n/a"}
NEVER = float("inf")
LEGEND = """\
From the blow to the other site's first answer, median; in brackets the queries lost meanwhile, of one
each {every}. "> N s": the other site had not answered when nobody looked on any longer."""


def span(value_ms):
    """A duration in at most 7 characters."""
    for limit, factor, form in ((1e3, 1, "{:.0f} ms"), (1e5, 1e-3, "{:.1f} s")):
        if value_ms < limit:
            return form.format(value_ms * factor)
    return f"{value_ms / 1e3:.0f} s"


def many(count):
    """A number in at most 4 characters."""
    if count < 1000:
        return str(count)
    return f"{count / 1e3:.1f}k" if count < 9950 else f"{count / 1e3:.0f}k"


class Figures:
    """The runs of one cell, taken together."""

    def __init__(self, runs):
        self.failed = [r for r in runs if "error" in r]
        self.skipped = next((r["skipped"] for r in runs if "skipped" in r), None)
        done = [r for r in runs if "took_ms" in r]
        self.n = len(done)
        # one that never came is longer than all that did
        self.took = sorted(NEVER if r["took_ms"] is None else r["took_ms"] for r in done)
        self.watched_s = max((r["watched_s"] for r in done if r["took_ms"] is None), default=0)
        self.lost = [r["lost"] for r in done if r["lost"] is not None]
        self.back = [r["back_ms"] for r in done if r["back_ms"] is not None]
        self.back_lost = [r["back_lost"] for r in done if r["back_lost"] is not None]

    def span(self, value_ms):
        return f"> {self.watched_s} s" if value_ms == NEVER else span(value_ms)

    def median(self):
        """In words: of an even number the worse of the two in the middle, so that it was seen."""
        return self.span(statistics.median_high(self.took))

    def range(self):
        first, last = self.span(self.took[0]), self.span(self.took[-1])
        return first if first == last else f"{first} – {last}"

    def brief(self):
        """The cell of the table."""
        if not self.n:
            return "failed" if self.failed else SKIPPED.get(self.skipped, "")
        lost = self.lost and self.took[0] != NEVER and f" ({many(statistics.median_high(self.lost))})"
        return self.median() + (lost or "") + (" !" if self.failed else "")


def cell_of(run):
    """Which cell of the matrix?"""
    return run["scenario"], run["setup"], run["zanycast"]


def cells(results):
    """{(scenario, setup, zanycast): Figures}"""
    found = {}
    for r in results:
        found.setdefault(cell_of(r), []).append(r)
    return {key: Figures(runs) for key, runs in found.items()}


def order(names, known):
    """Each name once: known ones in their order, others as they come."""
    names = dict.fromkeys(names)
    return [n for n in known if n in names] + [n for n in names if n not in known]


def lines(results, scenarios=(), setups=()):
    """The table's lines. scenarios, setups: the names in the order wanted."""
    table = cells(results)
    scenarios = order((k[0] for k in table), scenarios)
    setups = order((k[1] for k in table), setups)
    modes = [m for m in WITH if any(k[2] is m for k in table)]
    rows = [["", "zanycast", *scenarios]]
    for setup in setups:
        for n, mode in enumerate(modes):
            each = [table.get((s, setup, mode)) for s in scenarios]
            rows.append([setup if n == 0 else "", WITH[mode], *(f.brief() if f else "" for f in each)])
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        yield "  ".join(cell.ljust(w) for cell, w in zip(row, widths)).rstrip()


def notes(results, every="5 ms"):
    """What has to be said below the table."""
    yield from LEGEND.format(every=every).splitlines()
    words = {"minutes": '"minutes": known to take as long, not run with --quick.',
             "meaningless": '"-": has no meaning there.', "missing": '"n/a": cannot run here:'}
    for word, text in words.items():
        if any(r.get("skipped") == word for r in results):
            yield text
    yield from sorted({f"  {r['setup']}: {r['why']}" for r in results if r.get("skipped") == "missing"})
    for r in [r for r in results if "error" in r]:
        yield f"failed: {r['scenario']}, {r['setup']} {WITH[r['zanycast']]} zanycast: {r['error']}" \
            + (f" ({r['evidence']})" if "evidence" in r else "")
