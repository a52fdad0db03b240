"""What was measured, one JSON object a line and a run, so that hours of it can be resumed.

    scenario, setup, zanycast   the cell
    at                          when, UTC
    took_ms, watched_s, gap_ms, lost, back_ms, back_lost    see Ground.play(); or
    error                       why there are no figures
    machine                     see machine()
"""

import datetime
import json
import os
import pathlib
import platform
import re
import threading

from .releases import release
from .table import cell_of

RESULTS = pathlib.Path(__file__).parent / "results"  # git ignores it


def machine():
    """The facts without which figures say nothing."""
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    system = re.search(r'PRETTY_NAME="(.*)"', pathlib.Path("/etc/os-release").read_text())
    return {"cpus": os.cpu_count(), "cpu": cpu[1] if cpu else platform.machine(),
            "kernel": platform.release(), "system": system[1] if system else platform.system(),
            "frr": str(release(None))}


class Results:
    """with fresh=True what the file held is gone."""

    def __init__(self, path, fresh=False):
        self.path = pathlib.Path(path) if path else None
        self.machine = machine()
        self.runs = []
        self._lock = threading.Lock()
        if self.path:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if fresh:
                self.path.unlink(missing_ok=True)
            self.runs = load(self.path)
            if self.path.exists() and not self.path.read_text().endswith("\n"):
                with self.path.open("a") as file:  # it was cut off in its writing
                    file.write("\n")

    def add(self, scenario, setup, zanycast, figures):
        """Append a run; the record."""
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%FT%TZ")
        run = {"scenario": scenario, "setup": setup, "zanycast": zanycast, "at": now} | figures \
            | {"machine": self.machine}
        with self._lock:
            append(self.runs, run)
            if self.path:
                with self.path.open("a") as file:
                    file.write(json.dumps(run) + "\n")
        return run

    def done(self, scenario, setup, zanycast):
        """How many runs of a cell have figures?"""
        wanted = (scenario, setup, zanycast)
        return sum(cell_of(r) == wanted and "error" not in r for r in self.runs)


def load(path):
    """The runs of a file, without a line that was cut off and failures that were made good."""
    runs = []
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            run = json.loads(line)
        except ValueError:
            continue
        append(runs, run)
    return runs


def append(runs, run):
    """The run, which makes an earlier failure of its cell good unless it failed itself."""
    bad = next((r for r in runs if "error" in r and cell_of(r) == cell_of(run)), None)
    if bad and "error" not in run:
        runs.remove(bad)
    runs.append(run)
