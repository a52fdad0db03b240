"""The table at the end of a run: a line for each scenario."""

import re

SIGNS = {"passed": "ok", "failed": "FAILED", "error": "ERROR", "skipped": "-"}
WIDTH = 62


def title(item):
    """The first line of the test's docstring, else its name in words."""
    doc = (item.function.__doc__ or "").strip().splitlines()
    words = doc[0].rstrip(".") if doc else item.originalname.removeprefix("test_").replace("_", " ")
    return words if len(words) <= WIDTH else words[:WIDTH - 1] + "…"


def rows(reporter, first=()):
    """{scenario: {(release, case): (outcome, seconds)}}, these first and others in the order of
    files, and all cases."""
    cells, order, cases = {}, {name: ("", n) for n, name in enumerate(first)}, []
    for outcome in SIGNS:
        for report in reporter.getreports(outcome):
            facts = dict(getattr(report, "user_properties", ()))
            if "scenario" not in facts:
                continue
            row, case = facts["scenario"], (facts["release"], facts["case"])
            order.setdefault(row, report.location[:2])
            cases += [] if case in cases else [case]
            cells.setdefault(row, {}).setdefault(case, []).append((outcome, report.duration))
    return {row: cells[row] for row in sorted(order, key=order.get) if row in cells}, cases


def sign(runs):
    """One cell: of every run of a test that belongs there."""
    bad = [outcome for outcome, _ in runs if outcome in ("failed", "error")]
    if bad:
        return SIGNS[bad[0]] + (f" {len(bad)} of {len(runs)}" if len(runs) > 1 else "")
    passed = [seconds for outcome, seconds in runs if outcome == "passed"]
    if not passed:
        return SIGNS["skipped"]
    return f"ok {sum(passed) / len(passed):.0f} s" + (f" x {len(passed)}" if len(passed) > 1 else "")


def by_number(name):
    return [int(n) for n in re.findall(r"\d+", name)]


def write(reporter, head="scenario", first=()):
    """A column for each protocol and recipe, or for each FRR when there are several. head: what the
    rows are; first: those that come first, in this order."""
    table, cases = rows(reporter, first)
    if not table:
        return
    releases = sorted({release for release, _ in cases}, key=by_number)
    if len(releases) > 1:
        columns = {"FRR " + r: [c for c in cases if c[0] == r] for r in releases}
    else:
        columns = {case[1]: [case] for case in sorted(cases)}
    lines = {row: [sign(r) if r else "" for r in
                   ([r for case in of for r in cells.get(case, ())] for of in columns.values())]
             for row, cells in table.items()}
    wide = max(map(len, table)) + 2
    each = max(map(len, [*columns, *(c for line in lines.values() for c in line)])) + 2
    reporter.write_line("")
    for row, line in {head: columns, **lines}.items():
        reporter.write_line((row.ljust(wide) + "".join(c.ljust(each) for c in line)).rstrip())
    reporter.write_line("")
