"""What a test works with: the whole zanycastd in a namespace, and a fake zebra for it."""

import contextlib
import pathlib
import re
import shutil
import tempfile
import time

from client import Client, Port
from lab import LabError, Namespace, wait
from lab.netns import run
from lab.zanycast import Zanycast, program
from record import Record
from zebra import Zebra

TAG = 53
PREFIX4, PREFIX6 = "10.1.53.1/32", "2001:db8:53::1/128"
PREFIXES = (PREFIX4, PREFIX6)
PATIENCE = 40   # s; nothing that is waited for takes so long unless it never comes
LIFETIME = 3    # s; the shortest there is
OTHER = "other0"  # the interface of somebody else's addresses
PORT = 5300
CHECK = {"kind": "listener", "protocol": "tcp", "port": PORT, "address": "any",
         "interval": "250ms", "timeout": "250ms", "fast": "50ms", "rise": 1, "fall": 1}
CLOSED = ("down", "stuck", "refused")  # states of zebra in which nothing can be told


class Site:
    """A namespace of this worker, as lab.zanycast wants a node. The worker is in it: zanycastd sees
    who listens on zebra's socket, and a zebra of another namespace is refused."""

    def __init__(self, name):
        self.name, self.ns = name, Namespace(name)
        self.dir = self.tap = None
        self.ns.delete()
        self.ns.create()
        self.ns.ip(f"link add {OTHER} type veth peer name other1", f"link set {OTHER} up",
                   "link set other1 up")

        self._inside = contextlib.ExitStack()
        self._inside.enter_context(self.ns.entered())

    def close(self):
        self._inside.close()
        self.ns.delete()

    def clear(self):
        """No addresses but those it was made with."""
        self.ns.ip("link set lo up")
        for prefix in PREFIXES:
            for dev in ("lo", OTHER):
                with contextlib.suppress(LabError):
                    self.ns.ip(f"addr del {prefix} dev {dev}")


class Stage:
    """A dialect's fake zebra listens; zanycastd is started by start()."""

    def __init__(self, site, dialect):
        self.site, self.dialect = site, dialect
        self.dir = site.dir = pathlib.Path(tempfile.mkdtemp(prefix="zc-fake-"))
        site.clear()
        self.daemon = Zanycast(site)
        self.port = Port(site, port=PORT)
        self.record = Record(self.dir / "zebra.txt", f"a fake zebra of {dialect}")
        self.zebra = Zebra(dialect, self.dir / "zserv.api", site.ns, self.record)
        self.tag = TAG if "tag" in self.zebra.dialect.bits else 0
        self.prefixes = list(PREFIXES)
        self.last_words = None  # the evidence, when all is gone

    def close(self):
        self.daemon.kill()
        self.port.close()
        self.zebra.close()
        self.record.close()
        self.site.clear()
        shutil.rmtree(self.dir, ignore_errors=True)

    # -- zanycastd -------------------------------------------------------------------

    def start(self, serving=True, zebra=True, dialect=None, **service):
        """serving: the check passes; zebra: it is there; dialect: set by hand."""
        if zebra and not self.zebra.alive:
            self.zebra.start()
        if serving:
            self.port.open()
        service = {"prefixes": self.prefixes, "tag": TAG, "hold": "0s", "linger": "0s",
                   "lifetime": f"{LIFETIME}s", "checks": {"bound": CHECK}} | service
        options = {"socket": str(self.zebra.path)} | ({"dialect": dialect} if dialect else {})
        self.daemon.configure(self.daemon.text({"service": service}, options,
                                               top="log {\n    level = debug\n}\n"))
        self.daemon.start()

    def serve(self, serving):
        """The service comes up or dies."""
        if serving:
            self.port.open()
        else:
            self.port.close()

    def show(self, what):
        with Client(self.daemon.control) as client:
            return client.ask(cmd="show", what=what)[what]

    def states(self):
        """{prefix: state}; empty while nobody answers."""
        with contextlib.suppress(OSError, ValueError, TypeError):
            return {r["prefix"]: r["state"] for r in self.show("routes")}
        return {}

    def zebra_state(self):
        with contextlib.suppress(OSError, ValueError, TypeError):
            return self.show("zebra")["state"]
        return None

    def event(self, name, since=0, **fields):
        return self.daemon.wait_event(name, PATIENCE, since, **fields)

    def wait_zebra(self, *states):
        wait(lambda: self.zebra_state() in states, PATIENCE, f"zebra to be {states}")

    # -- what is promised --------------------------------------------------------------

    def addresses(self, dev="lo"):
        """Those of the service on an interface."""
        found = self.site.ns.ip_json("addr", "show", "dev", dev)
        there = {f"{a['local']}/{a['prefixlen']}" for i in found for a in i.get("addr_info", ())}
        return there & set(self.prefixes)

    def is_announced(self, prefix):
        """Exactly one entry, ours, with our tag, and zebra's last word says so."""
        entries = self.zebra.entries(prefix)
        return len(entries) == 1 and not entries[0].native and entries[0].tag == self.tag and \
            not entries[0].more and self.zebra.told(prefix) == (True, self.tag)

    def is_gone(self, prefix):
        return not self.zebra.entries(prefix) and not self.zebra.told(prefix)[0]

    def lies(self):
        """Prefixes that zanycastd calls announced and that are not."""
        return [p for p, state in self.states().items()
                if state == "announced" and not self.is_announced(p)]

    def _stand(self, condition, state, what):
        """The condition and the daemon's word for it, for a while and without a break."""
        def look():
            return self.zebra.settled() and all(map(condition, self.prefixes)) and \
                all(self.states().get(p) == state for p in self.prefixes)

        def stands():
            end = time.monotonic() + 0.15
            while look():
                if time.monotonic() > end:
                    return True
                time.sleep(0.02)
            return False
        wait(stands, PATIENCE, f"{self.prefixes} to be {what}: {self.why()}")

    def wait_announced(self):
        self._stand(self.is_announced, "announced", "announced")
        assert all(r["tag"] == TAG for r in self.show("routes"))

    def wait_gone(self, held=False):
        self._stand(self.is_gone, "withdrawn", "withdrawn")
        if held:
            wait(lambda: self.addresses() == set(self.prefixes), PATIENCE, "the held aliases")
        else:
            wait(lambda: not self.addresses(), PATIENCE, "the aliases to go")
        self._stand(self.is_gone, "withdrawn", "withdrawn")

    def wait_empty(self):
        """No zanycastd: the kernel ends what it left."""
        wait(lambda: not self.addresses(), PATIENCE, "the kernel to end the aliases")
        wait(lambda: self.zebra.settled() and all(map(self.is_gone, self.prefixes)), PATIENCE,
             f"zebra to drop the routes: {self.why()}")

    def up_and_down(self, held=False):
        """Announced, withdrawn, announced, withdrawn."""
        for _ in range(2):
            self.serve(True)
            self.wait_announced()
            self.serve(False)
            self.wait_gone(held)

    def why(self):
        """Zebra's side, in a line, at the time somebody asks."""
        return Lazy(lambda: "; ".join(
            f"{p}: entries {self.zebra.entries(p)}, told {self.zebra.told(p)}"
            for p in self.prefixes) + f"; zanycastd says {self.states()}")

    def end(self):
        """The fake itself must have been sound, and no process of the daemon may have crashed."""
        assert not self.zebra.faults, self.zebra.faults
        for event in self.daemon.events("engine.died"):
            assert not re.search("signal (?!9;)|exit status [1-9]", event["text"]), str(event)

    def evidence(self):
        words = run([program("zapidump"), self.record.path], check=False)
        return [("zanycastd", self.daemon.log()[-12000:]), ("in words", words[-12000:]),
                ("zebra", self.record.text()[-16000:]),
                ("now", str(self.why())), ("addresses", str(self.site.ns.ip_json("addr", "show")))]


class Lazy:
    def __init__(self, text):
        self._text = text

    def __str__(self):
        return self._text()
