"""The table at the end of a run: a line for each scenario, a column for each protocol and recipe."""

SIGNS = {"passed": "ok", "failed": "FAILED", "error": "ERROR", "skipped": "-"}
WIDTH = 62


def title(item):
    """The first line of the test's docstring, else its name in words."""
    doc = (item.function.__doc__ or "").strip().splitlines()
    words = doc[0].rstrip(".") if doc else item.originalname.removeprefix("test_").replace("_", " ")
    return words if len(words) <= WIDTH else words[:WIDTH - 1] + "…"


def write(reporter):
    """Rows in the order of files; every run of a test is one cell."""
    cells, columns, order = {}, [], {}
    for outcome, sign in SIGNS.items():
        for report in reporter.getreports(outcome):
            facts = dict(getattr(report, "user_properties", ()))
            if "scenario" not in facts:
                continue
            row, column = facts["scenario"], facts["column"]
            order.setdefault(row, (report.location[0], report.location[1]))
            columns += [] if column in columns else [column]
            if cells.get((row, column)) not in ("FAILED", "ERROR"):
                seconds = f" {report.duration:.0f} s" if outcome == "passed" else ""
                cells[row, column] = sign + seconds
    if not cells:
        return
    columns.sort()
    wide = max(map(len, order)) + 2
    reporter.write_line("")
    reporter.write_line("scenario".ljust(wide) + "".join(c.ljust(18) for c in columns).rstrip())
    for row in sorted(order, key=order.get):
        line = "".join(cells.get((row, c), "").ljust(18) for c in columns)
        reporter.write_line((row.ljust(wide) + line).rstrip())
    reporter.write_line("")
