"""zanycastd on a node: its file, its processes, its words."""

import contextlib
import datetime
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field

from .netns import Daemon, LabError, children, run, send, wait
from .topology import SERVICE

ROOT = pathlib.Path(__file__).parent.parent
LINE = re.compile(r"^(\S+Z) (\S+(?: \w+)?)\[(\d+)\] (\w+): ([a-z]+\.[a-z]+)(.*)$")
FIELD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S+)')

CHECKS = {
    "soa": {"kind": "dns", "server": "127.0.0.1", "query": SERVICE["query"] + " A",
            "interval": "1s", "timeout": "500ms", "rise": 2, "fall": 2},
    "bound": {"kind": "listener", "protocol": "udp", "port": 53},
}


def build_dir():
    """Where zanycast was built: $ZANYCAST_BUILD, build/, the tree itself, or nowhere (None)."""
    for where in (os.environ.get("ZANYCAST_BUILD"), ROOT / "build", ROOT):
        if where and any(pathlib.Path(where).glob("**/zanycastd")):
            return pathlib.Path(where)
    return None


def program(name):
    """The path of a built or installed program; LabError when there is none."""
    build = build_dir()
    found = [p for p in build.glob("**/" + name) if p.is_file() and os.access(p, os.X_OK)] if build else []
    path = min(map(str, found), key=len) if found else shutil.which(name)
    if not path:
        raise LabError(f"{name} is neither built (build/, $ZANYCAST_BUILD) nor installed")
    return path


def value(v):
    if isinstance(v, (list, tuple)):
        return "{ " + ", ".join(map(value, v)) + " }"
    if isinstance(v, bool):
        return "true" if v else "false"
    bare = isinstance(v, (int, float)) or re.fullmatch(r"[\w.]+", v)
    return str(v) if bare else json.dumps(v)


def render(kind, name, options):
    """A section of zanycast.conf; a dict among the options whose key is 'checks' holds sections."""
    options = dict(options)
    checks = options.pop("checks", {})
    body = [f"    {k} = {value(v)}\n" for k, v in options.items()]
    body += [re.sub("(?m)^", "    ", render("check", n, c)).rstrip(" ") for n, c in checks.items()]
    return f"{kind} {name} {{\n{''.join(body)}}}\n".replace(f"{kind}  {{", f"{kind} {{")


@dataclass
class Event:
    """One line of the log. at_us is CLOCK_BOOTTIME, like every stamp of the lab."""

    at_us: int
    level: str
    name: str
    fields: dict = field(default_factory=dict)

    def __getitem__(self, key):
        return self.fields.get(key)

    def __str__(self):
        return " ".join([self.name, *(f"{k}={v}" for k, v in self.fields.items())])


def parse_line(line):
    """The Event of a log line, or None. The wall clock must not have been set meanwhile."""
    match = LINE.match(line)
    if not match:
        return None
    stamp, _, _, level, name, rest = match.groups()
    wall = datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00"))
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    wall_us = (wall - epoch) // datetime.timedelta(microseconds=1)
    offset = time.clock_gettime_ns(time.CLOCK_REALTIME) - time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    fields = {k: json.loads(v) if v[0] == '"' else v for k, v in FIELD.findall(rest)}
    return Event(wall_us - offset // 1000, level, name, fields)


def resolver(spec, protocols, recipe, prefixes, vrf=None):
    """The options of the service 'resolver' at a site, as they are unless somebody says otherwise."""
    ranked = recipe == "ranked"
    options = {
        "prefixes": list(prefixes), "alias": "managed",
        "tag": 54 if ranked and spec.secondary else 53,
        "filter": "tag" if ranked or recipe == "tag" else "prefix",
        "protocol": list(protocols), "hold": "1.5s" if {"ospf", "ospf6"} & {*protocols} else "0s",
        "linger": "1s", "lifetime": "10s", "checks": CHECKS}
    if any(":" not in prefix for prefix in prefixes):
        options["label"] = "lo:1"
    if vrf:
        options["vrf"] = vrf
    return options


class Zanycast(Daemon):
    """start() writes the file, if none was written, and returns when the keeper runs. What a node
    is here: ns, name, dir, tap or None; config() wants its FRR, too."""

    def __init__(self, node, wrapper=()):
        super().__init__(node.ns, f"zanycastd of {node.name}", node.dir / "zanycastd.log")
        self.node = node
        self.conf = node.dir / "zanycast.conf"
        self.run_dir = node.dir / "zanycast"
        self.control = self.run_dir / "control.sock"
        self.wrapper = list(wrapper)  # e.g. ["valgrind"]

    @property
    def zserv(self):
        """zebra's socket, or what stands in its place."""
        return self.node.tap.path if self.node.tap.wanted else self.node.frr.zserv

    def config(self, services=None, checks=None, top="", **service):
        """The text of a file. service: options of the one service 'resolver'; services: whole
        {name: options} in its place; top: lines before everything else."""
        if services is None:
            frr = self.node.frr
            default = resolver(self.node.spec, frr.protocols, frr.recipe,
                               service.get("prefixes") or self.node.prefixes(), frr.vrf)
            checks = {} if checks is None else {"checks": checks}
            services = {"resolver": default | service | checks}
        return self.text(services, {"socket": str(self.zserv)}, top)

    def text(self, services, zebra, top=""):
        """The text of a file: {name: options} of the services, options of zebra."""
        return "".join([
            f'run_dir = "{self.run_dir}"\nstate_dir = "{self.node.dir / "state"}"\n',
            'user = "nobody"\ngroup = "nogroup"\n', top, render("zebra", "", zebra),
            *(render("service", n, s) for n, s in services.items())])

    def configure(self, text=None, **kw):
        self.conf.write_text(self.config(**kw) if text is None else text)

    def start(self, *options, ready=True):
        if not self.conf.exists():
            self.configure()
        for where in (self.run_dir, self.node.dir / "state"):
            where.mkdir(exist_ok=True)
        tap = self.node.tap
        if tap and str(tap.path) in self.conf.read_text() and not tap.running():
            tap.start()
        seen = len(self.events())
        super().start([*self.wrapper, program("zanycastd"), "-f", self.conf, *options])
        if ready:
            wait(lambda: not self.running() or any(
                e.name == "daemon.start" for e in self.events()[seen:]), 10, f"{self.name} to start")
            if not self.running():
                raise LabError(f"{self.name} did not start:\n{self.log()[-2000:]}")

    # -- processes: the started one is the keeper ------------------------------------

    def process_named(self, part):
        """The pid of the child whose title has this word: engine or runner."""
        for pid in children(self.pid) if self.running() else []:
            with contextlib.suppress(OSError):
                title = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                comm = pathlib.Path(f"/proc/{pid}/comm").read_text()
                if part in title or part in comm:
                    return pid
        return None

    def signal(self, sig, who="keeper"):
        pid = self.pid if who == "keeper" else self.process_named(who)
        if not pid:
            raise LabError(f"{self.name} has no {who}")
        send([pid], sig)
        return pid

    def leave(self, timeout=5):
        """SIGUSR1: ends without withdrawing."""
        return self.stop(timeout, signal.SIGUSR1)

    def reload(self):
        self.signal(signal.SIGHUP)

    # -- words -----------------------------------------------------------------------

    def events(self, name=None, since_us=0):
        whole = self.log().rpartition("\n")[0]  # the last line may be in the middle of its writing
        found = filter(None, map(parse_line, whole.splitlines()))
        return [e for e in found if e.at_us >= since_us and name in (None, e.name)]

    def wait_event(self, name, timeout=10, since_us=0, **fields):
        """The first such event since then whose fields are these."""
        def look():
            for event in self.events(name, since_us):
                if all(event[k] == str(v) for k, v in fields.items()):
                    return event
            return None
        return wait(look, timeout, f"{name} {fields} of {self.name}")

    def ctl(self, *args, check=True):
        """zanycastctl -j: the object it printed; with check=False (exit status, output)."""
        argv = self.node.ns.argv([program("zanycastctl"), "-s", self.control, "-j", *args])
        if check:
            out = run(argv)
            return json.loads(out) if out.strip() else {}
        done = subprocess.run(argv, text=True, capture_output=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def routes(self):
        """{prefix: state} as zanycastd sees it."""
        return {r["prefix"]: r["state"] for r in self.ctl("show", "routes")["routes"]}

    def wait_announced(self, timeout=15, since_us=0):
        for prefix in self.node.prefixes():
            self.wait_event("route.announced", timeout, since_us, prefix=prefix)
