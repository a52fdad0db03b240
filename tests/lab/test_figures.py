"""What is made of runs: cells, table, the file that is resumed, the report and its plots."""

import json
import os
import pathlib
import subprocess
import sys
import xml.dom.minidom

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
# pylint: disable=wrong-import-position
from lab import LabError, report, table
from lab.cells import Cell, Round, matrix, skipped
from lab.results import Results, load
from lab.scenarios import SCENARIOS
from lab.setups import SETUPS

MACHINE = {"cpus": 2, "cpu": "a CPU", "kernel": "6.1", "system": "Debian", "frr": "8.4.4"}


def run_of(took_ms, scenario="killed", setup="ospf", zanycast=True, lost=5):
    run = {"scenario": scenario, "setup": setup, "zanycast": zanycast, "took_ms": took_ms,
           "gap_ms": took_ms, "lost": lost, "back_ms": 1000.0, "back_lost": 0, "frr": "8.4.4",
           "at": "2026-01-01T00:00:00Z", "machine": MACHINE}
    return run if took_ms is not None else run | {"watched_s": 15, "lost": None, "gap_ms": None}


@pytest.mark.parametrize("value_ms, words", [
    (3.4, "3 ms"), (27.3, "27 ms"), (999.4, "999 ms"), (1904, "1.9 s"), (13900, "13.9 s"),
    (185000, "185 s")])
def test_spans_are_brief(value_ms, words):
    assert table.span(value_ms) == words


def test_a_cell_of_several_runs():
    figures = table.Figures([run_of(30, lost=6), run_of(20, lost=4), run_of(2500, lost=500)])
    assert (figures.brief(), figures.range(), figures.n) == ("30 ms (6)", "20 ms – 2.5 s", 3)


def test_never_is_longer_than_anything():
    assert table.Figures([run_of(None)]).brief() == "> 15 s"
    mixed = table.Figures([run_of(None), run_of(30), run_of(40)])
    assert mixed.median() == "40 ms" and mixed.range() == "30 ms – > 15 s"


def test_failures_and_gaps_are_shown():
    failed = {"scenario": "hung", "setup": "rip", "zanycast": True, "error": "why", "machine": MACHINE}
    left_out = skipped([Cell("orphaned", "rip", False), Cell("dead", "rip", True)], quick=True)
    results = [run_of(27.3), run_of(None, zanycast=False), failed, *left_out.values()]
    lines = list(table.lines(results, SCENARIOS, SETUPS))
    assert lines[0].split() == ["zanycast", "killed", "hung", "dead", "orphaned"]
    assert lines[1].split() == ["rip", "with", "failed", "minutes"]
    assert lines[2].split() == ["without", "-"]
    assert lines[3].split() == ["ospf", "with", "27", "ms", "(5)"]
    assert lines[4].split() == ["without", ">", "15", "s"]
    assert "failed: hung, rip with zanycast: why" in list(table.notes(results))


def test_the_whole_table_fits_120_columns():
    results = [run_of(None if not c.noticed else 99900, c.scenario, c.setup, c.zanycast, 19980)
               for c in matrix()]
    lines = list(table.lines(results, SCENARIOS, SETUPS))
    assert len(lines) == 1 + 2 * len(SETUPS)
    assert max(map(len, lines)) <= 120


def test_results_are_resumed(tmp_path):
    file = tmp_path / "r" / "runs.jsonl"
    figures = {k: v for k, v in run_of(30).items() if k not in ("scenario", "setup", "zanycast", "at")}
    first = Results(file)
    first.add("killed", "ospf", True, figures)
    first.add("killed", "ospf", False, {"error": "why"})
    with file.open("a") as half:
        half.write('{"scenario": "kil')
    again = Results(file)
    assert again.done("killed", "ospf", True) == 1 and again.done("killed", "ospf", False) == 0
    lacks = Round(matrix(["killed"], ["ospf"]), again, runs=2)
    assert sorted(n for job in lacks.jobs for n in job.cells.values()) == [1, 2]
    again.add("killed", "ospf", False, figures)
    assert not any("error" in r for r in again.runs) and load(file) == again.runs
    assert not Results(file, fresh=True).runs


def test_the_long_ones_come_first():
    jobs = Round(matrix(), Results(None), kind="full").jobs
    assert jobs[0].setup == "rip"
    assert [j.seconds() for j in jobs] == sorted((j.seconds() for j in jobs), reverse=True)


def test_quick_leaves_the_minutes_out():
    left = {(c.scenario, c.setup, c.zanycast) for c in matrix()} - {
        (c.scenario, c.setup, c.zanycast) for c in skipped(matrix(), quick=True)}
    assert {("killed", "rip", False), ("dead", "ospf-fast", True)} <= left
    assert not left & {("dead", "rip", False), ("dead", "rip", True), ("dead", "ospf", False),
                       ("orphaned", "ospf", False)}


def test_the_report_says_what_was_measured(tmp_path):
    file = tmp_path / "full.jsonl"
    runs = [run_of(ms) for ms in (24, 27, 31)] + [run_of(None, zanycast=False)] * 3 \
        + [run_of(185000, "dead", "rip", False, 37000)]
    file.write_text("".join(json.dumps(r) + "\n" for r in runs))
    text = report.report(file, tmp_path).read_text()
    assert "| ospf | with | 27 ms | 24 ms – 31 ms | 3 | 5 | 1.0 s, 0 lost |" in text
    assert "| ospf | without | > 15 s | > 15 s | 3 |" in text
    assert "| server gone without a word | 3 min 50 s (15:55:04–15:58:54), 241 pings | 185 s |" in text
    assert "2 CPUs (a CPU)" in text and "sudo lab/lab run --all" in text
    plot = xml.dom.minidom.parse(str(tmp_path / "failover-killed.svg"))
    assert len(plot.getElementsByTagName("circle")) == 3 + 2
    assert "failover-killed.svg" in text and not (tmp_path / "failover-hung.svg").exists()


def test_nothing_measured_is_no_report(tmp_path):
    with pytest.raises(LabError, match="no runs"):
        report.report(tmp_path / "none.jsonl", tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="namespaces need root")
def test_a_real_cell(tmp_path):
    """OSPF, the name server killed: the other site answers, and all is as before afterwards"""
    out = tmp_path / "out.json"
    done = subprocess.run(
        [ROOT / "lab" / "lab", "run", "killed", "-p", "ospf-fast", "--with", "--json", out],
        text=True, capture_output=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = json.loads(out.read_text())["runs"]
    assert run["took_ms"] > 0 and run["back_ms"] > 0
    # c1 asks every 5 ms: the other site may be there before it asks again
    assert run["lost"] >= (run["took_ms"] > 10)
    assert "ospf-fast  with" in done.stdout
