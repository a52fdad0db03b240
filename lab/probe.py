"""zanycast-probe on a node: which site answers its clients, and since when."""

import json
import signal
import subprocess
import threading

from .netns import Daemon, LabError
from .topology import SERVICE, SITE_OF_ANSWER
from .zanycast import program


class Probe(Daemon):
    """with Probe(client) as p: ... p.site, p.changes, and after the block p.summary.

    changes: the JSON objects of the events site and gap, in their order (zanycast-probe(8)).
    path: of the program on that node, if it is not what was built here.
    """

    def __init__(self, node, server=SERVICE["v4"], interval="5ms", source_port=0, on_event=None,
                 path=None):
        super().__init__(node.ns, f"probe on {node.name}", node.dir / "probe.log")
        names = [w for answer, site in SITE_OF_ANSWER.items() for w in ("-m", f"{answer}={site}")]
        port = ["-p", str(source_port)] if source_port else []
        self._argv = [path or program("zanycast-probe"), "-j", "-r", "-i", interval, *port, *names,
                      server, SERVICE["query"]]
        self._on_event = on_event
        self.changes = []
        self.silent_us = None  # since when nobody answers, as said live
        self.summary = None

    def __enter__(self):
        self.start(self._argv, stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_):
        if self.running():
            self.process.send_signal(signal.SIGINT)
        self._reader.join(5)
        self.process.wait(5)

    def _read(self):
        for line in self.process.stdout:
            self.heard(json.loads(line))

    def heard(self, event):
        kind = event["event"]
        if kind in ("site", "gap"):
            self.changes.append(event)
        if kind != "start":
            self.silent_us = event["since_us"] if kind == "silent" else None
        if kind == "end":
            self.summary = event
        if self._on_event:
            self._on_event(event)

    @property
    def site(self):
        """Who answered last, None when nobody does."""
        return self.changes[-1]["site"] if self.changes and not self.silent_us else None

    def steady(self, site, since_us):
        """Has only this site answered since then, without a gap?"""
        return self.site == site and self.changes[-1]["at_us"] < since_us

    def first(self, site, after_us):
        """The event of the first answer of a site after that moment, or None."""
        return next((c for c in self.changes if c["site"] == site and c["at_us"] >= after_us), None)

    def answered(self, site, after_us):
        """first(), and LabError when the probe has ended."""
        if not self.running():
            raise LabError(f"{self.name} has ended:\n{self.log()[-500:]}")
        return self.first(site, after_us)

    def lost(self, from_us, to_us=None):
        """(queries lost, longest gap in us) in the gaps that ended in that time; to_us: None is now."""
        gaps = [c for c in self.changes if from_us <= c["at_us"] and (not to_us or c["at_us"] < to_us)]
        return sum(c["lost"] for c in gaps), max((c["gap_us"] for c in gaps), default=0)
