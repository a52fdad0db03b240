"""zapidump between a node's zebra and its clients: what they said, in words and as objects."""

import json
import os

from .netns import Daemon, run, wait
from .zanycast import program


def wanted_always():
    return bool(os.environ.get("ZANYCAST_TAP"))


class Tap(Daemon):
    """Where zebra's socket would be, when it is wanted: $ZANYCAST_TAP, or a test that says so.

    Its recording is kept from start to start, a file each time."""

    def __init__(self, node):
        super().__init__(node.ns, f"zapidump of {node.name}", node.dir / "zapidump.log")
        self.node = node
        self.wanted = wanted_always()
        self.path = node.frr.dir / "tap.api"  # beside the vty sockets, which are looked for there
        self.recording = None
        self._starts = 0

    def start(self, *options):
        """Returns when clients are taken, or when there is no zebra to take them to."""
        self._starts += 1
        self.recording = self.node.dir / f"tap-{self._starts}.txt"
        super().start([program("zapidump"), *options, "-w", self.recording,
                       "-p", self.node.frr.zserv, self.path])
        wait(lambda: self.path.exists() or not self.running() or "waiting for zebra" in self.log(),
             10, f"{self.name} to start")

    def rest(self):
        """Ends, until it is wanted again."""
        self.stop()
        self.logfile.unlink(missing_ok=True)
        self.recording = None
        self.wanted = wanted_always()

    def words(self, lines=60):
        """The last lines for people."""
        return "\n".join(self.log().splitlines()[-lines:])

    def messages(self, *names, **fields):
        """All messages so far, as zapidump's JSON has them: those of these names and fields."""
        played = run([program("zapidump"), "-jx", self.recording]) if self.recording else ""
        found = [m for m in map(json.loads, played.splitlines()) if "number" in m]
        return [m for m in found if (not names or m.get("name") in names)
                and all(m.get(k) == v for k, v in fields.items())]

    def told(self, *names):
        """Each message to zebra, of these names, that is no mere sign of life."""
        return [m for m in self.messages(*names, **{"from": "client"}) if m.get("name") != "NEXTHOP_LOOKUP"]

    def sent(self, *names):
        """The bytes of those."""
        return [bytes.fromhex(m["hex"]) for m in self.told(*names)]
