"""zanycastd with many prefixes, its one check a port: what the benchmarks of many have in common."""

import pathlib
import time

from client import Port
from lab import wait
from lab.zanycast import parse_line

LOOK = 0.6  # s until the log is read
REST = 0.3  # s in which nobody works: what was before a measurement is over
IDLE = 5    # ms of CPU time in so long are no work


def prefixes(count):
    return [f"10.{64 + i // 65536}.{i // 256 % 256}.{i % 256}/32" for i in range(count)]


def cpu_ms(*pids):
    """CPU time that these processes have used."""
    tasks = [t for pid in pids for t in pathlib.Path(f"/proc/{pid}/task").iterdir()]
    return sum(int((t / "schedstat").read_text().split()[0]) for t in tasks) / 1e6


def rest(*pids):
    """Waits until these processes have nothing left to do: a first sweep, a log, news."""
    def rested():
        before = cpu_ms(*pids)
        time.sleep(REST)
        return cpu_ms(*pids) - before < IDLE
    wait(rested, 60, "processes at rest")


class Many:
    """zanycastd before a zebra; options are those of the service."""

    def __init__(self, node, count, **options):
        self.node, self.count, self.zanycast = node, count, node.zanycast
        self.port = Port(node, "0.0.0.0")
        self.zanycast.logfile.unlink(missing_ok=True)
        self.zanycast.configure(services={"bench": {
            "prefixes": prefixes(count), "hold": "0s", "linger": "0s", **options,
            "checks": {"port": {"kind": "listener", "protocol": "tcp", "port": 5300,
                                "interval": "500ms"}}}})
        self.zanycast.start()
        self.zanycast.wait_event("service.down", 30)
        self.zanycast.wait_event("zebra.up", 30)
        self.log = open(self.zanycast.logfile, "rb")

    def pids(self):
        """Keeper and engine."""
        return self.zanycast.pid, self.zanycast.process_named("engine")

    def rest(self):
        rest(self.node.frr.pid("zebra"), *self.pids())

    def run(self, verdict, *words):
        """Milliseconds from the verdict (service.up, service.down) to the last of each word that all
        prefixes say: a list."""
        self.log.read()
        if verdict == "service.up":
            self.port.open()
        else:
            self.port.close()
        lines, seen, partial = [], dict.fromkeys(words, 0), b""

        def all_told():
            nonlocal partial
            *new, partial = (partial + self.log.read()).split(b"\n")
            lines.extend(new)
            for word in words:
                seen[word] += sum(word.encode() in line for line in new)
            return min(seen.values()) >= self.count
        time.sleep(LOOK)  # two cores are few: whoever measures must not take part
        wait(all_told, 60, f"{self.count} times {words}", step=LOOK)
        events = [e for e in map(parse_line, (line.decode() for line in lines)) if e]
        began = next(e.at_us for e in events if e.name == verdict)
        return [(max(e.at_us for e in events if e.name == word) - began) / 1000 for word in words]

    def memory(self):
        """KiB of its own that keeper and engine hold."""
        total = 0
        for pid in self.pids():
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            total += int(status.split("RssAnon:")[1].split()[0])
        return total

    def close(self):
        self.port.close()
        self.zanycast.stop(30)
        self.log.close()
