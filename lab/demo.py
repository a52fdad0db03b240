"""What ./demo shows: two deaths under RIP and under OSPF, as a client and zanycastd see them."""

import collections
import queue
import signal
import sys
import time

from . import PREFIX4, SERVICE, LabError, Probe, RouteWatch, boottime_us
from .ground import Ground
from .outage import outage
from .scenarios import SCENARIOS
from .setups import SETUPS

PICTURE = """
  ns1 ──┐                            ┌── ns2      ns1, ns2  sites: FRR, a name server, zanycastd;
        r1 ──── r2 ──── r3 ──── r4 ──┤                      both offer {address}
  c1 ───┘                            └── c2       c1        asks every 5 ms: who answers?
"""

NEXT = """\
What to try next:
  sudo lab/lab up ospf               the network with two sites, to walk about in; lab/lab -h
  sudo lab/lab run killed -p rip     one death with and without zanycast; lab/lab run -h
  sudo tests/bench/failover          the same deaths measured, beside what the network alone costs
  doc/failover.md                    all that can happen, in eleven networks
  frr-configs/README                 what your FRR needs
  man -l injector/zanycastd.8        what zanycastd is told and tells
"""

WORDS = {
    "rip-tuned": ("RIP", "with timers 5/15/10 s on all machines (frr-configs/rip-tuned): a RIP router\n"
                  "knows one way only, and the other site's comes with the next updates, hop by hop.\n"
                  "With RIP's default timers (30/180/120) all that takes six times as long."),
    "ospf": ("OSPF", "at its own pace: routers know both sites all the time and change over at once."),
}

MEANING = {
    "check.down": "check {check} fails: {cause}",
    "check.up": "check {check} passes",
    "service.down": "the service is down",
    "service.up": "the service is up",
    "route.withdrawing": "deletion written to zebra",
    "route.withdrawn": "zebra has told the routing daemon: gone",
    "route.announcing": "announcement written to zebra",
    "route.announced": "zebra has told the routing daemon: there",
    "alias.removed": "address taken off lo",
    "alias.added": "address put on lo",
    "alias.adopted": "address on lo taken over",
    "lease.expired": "no fresh pass came in time",
}


class Screen:
    """All that happens at any place, in its order, with its distance from the last death."""

    def __init__(self, lab, router="r1"):
        self.lab = lab
        self.router = router
        self.zero_us = boottime_us()
        self.pending = []
        self.spoke = time.monotonic()
        self.watch = RouteWatch(lab.node(router))
        self.heard = queue.SimpleQueue()
        self.probe = Probe(lab.node("c1"), on_event=self.heard.put)
        self._taken = collections.Counter()

    def __enter__(self):
        self.watch.__enter__()
        return self

    def __exit__(self, *_):
        if self.probe.pid:
            self.probe.__exit__()
        self.watch.__exit__()

    def say(self, text):
        print(text)
        self.spoke = time.monotonic()

    def zero(self):
        """The moment of a death: what is printed from now on counts from here."""
        self.flush(0)
        self.zero_us = boottime_us()

    def _new(self, where, events):
        """Those of a growing list that were not there before."""
        fresh = events[self._taken[where]:]
        self._taken[where] += len(fresh)
        return fresh

    def _collect(self):
        while not self.heard.empty():
            event = self.heard.get()
            text = of_client(event)
            if text:
                self.pending.append((event["at_us"], "c1", text))
        for event in self._new(self.router, self.watch.of(PREFIX4)):
            text = "no route to the service" if event.verb == "del" else \
                f"route to the service by {event.via or 'several'}"
            self.pending.append((event.at_us, self.router, text))
        for site in [n for n in self.lab.nodes.values() if n.zanycast]:
            for event in self._new(site.name, site.zanycast.events()):
                if event.name in MEANING and event["prefix"] in (None, PREFIX4):
                    meaning = MEANING[event.name].format_map(event.fields)
                    self.pending.append((event.at_us, site.name, f"{event.name:18} {meaning}"))

    def flush(self, younger_us=150000):
        """Print what is old enough that nothing earlier can still come in."""
        self._collect()
        until = boottime_us() - younger_us
        for at_us, where, text in sorted(p for p in self.pending if p[0] <= until):
            sign = "+" if at_us >= self.zero_us else ""
            self.say(f"  {sign + span(at_us - self.zero_us):>10}  {where:4} {text}")
        self.pending = [p for p in self.pending if p[0] > until]

    def until(self, cond, timeout, what):
        """Show what happens until cond() holds, and a word when nothing does for 3 s."""
        end = time.monotonic() + timeout
        while not cond():
            if time.monotonic() > end:
                raise LabError(f"not within {timeout} s: {what}")
            time.sleep(0.05)
            self.flush()
            if time.monotonic() - self.spoke > 3:
                self.say(f"  {'':10}  ...  {what}")

    def during(self, seconds, what):
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end, seconds + 5, what)


def of_client(event):
    """What the client has seen, in words; None when it is not worth any."""
    if event["event"] == "silent":
        return "nobody has answered for 100 ms"
    if event["event"] not in ("site", "gap"):
        return None
    text = f"{event['site']} answers (TTL {event['ttl']})"
    if event["lost"]:
        text += f": nobody for {span(event['gap_us'])}, {event['lost']} queries lost"
    return text


def span(us):
    return f"{us / 1000:.1f} ms" if us < 9_999_900 else f"{us / 1e6:.2f} s"


def at_home(ground):
    """Do both routers at the ends use their own site?"""
    return ground.home() and ground.far.via(PREFIX4) == {"ns2"}


def death(screen, title, kill, over=None):
    """One death: kill() it, look on until the other site answers and over() holds."""
    screen.say(f"\n* {title}")
    screen.zero()

    def look_on(cond, seconds, _):
        screen.until(cond, seconds, "waiting for the other site to answer")
    seen = outage(screen.probe, kill, bound=90, look_on=look_on)
    if not seen.first:
        raise LabError("the other site has not answered within 90 s")
    if over:
        screen.until(over, 30, "waiting for the rest")
    screen.during(0.6, "")
    return seen.took_us, seen.first["gap_us"], seen.first["lost"]


def show(name):
    title, words = WORDS[name]
    print(f"\n{'=' * 78}\n{title} {words}\n{'=' * 78}")
    print("raising the lab: 8 namespaces, FRR on 6 of them, 2 name servers ...")
    began = time.monotonic()
    ground = Ground(SETUPS[name], zanycast=True, tag=f"demo-{name}")
    with ground.lab:
        print(f"up and converged after {time.monotonic() - began:.1f} s; "
              "starting zanycastd at both sites")
        ns1, killed = ground.ns1, SCENARIOS["killed"]
        with Screen(ground.lab) as screen:
            for site in ground.lab.sites:
                ground.offer(site)
            screen.until(lambda: at_home(ground), 90, "waiting until each end uses its own site")
            screen.during(0.4, "")
            screen.say("c1 begins to ask")
            screen.probe.__enter__()
            home = "looking on: ns1 answers c1, all is well"
            screen.during(6, home)

            deaths = [("name server", *death(
                screen, "ns1's name server is killed (kill -9)", lambda: killed.strike(ground),
                lambda: ns1.zanycast.events("route.withdrawn", screen.zero_us)))]

            screen.say("\n* ns1's name server is started again")
            screen.zero()
            killed.heal(ground)
            screen.until(lambda: at_home(ground), 90, "waiting until ns1 is back in use")
            screen.until(lambda: screen.probe.site == "ns1", 10, "waiting for ns1 to answer")
            screen.during(6, home)

            pids = ns1.zanycast.pids()
            deaths.append(("zanycastd", *death(
                screen, f"zanycastd of ns1 is killed with all it has started (kill -9, {len(pids)} "
                "processes).\n  Nobody is left to withdraw; the address on lo has a lifetime in the "
                "kernel (10 s):", ns1.zanycast.kill, lambda: PREFIX4 not in ns1.addresses())))
        report(screen.probe.summary, deaths)
    return [(title, *d) for d in deaths]


def report(summary, deaths):
    start = summary["spans"][0]["from_us"] if summary["spans"] else 0
    print("\nwho answered c1:")
    for s in summary["spans"]:
        before = f"   after {span(s['gap_us'])} of nobody, {s['lost']} queries lost" if s["lost"] else ""
        print(f"  {(s['from_us'] - start) / 1e6:7.2f} - {(s['to_us'] - start) / 1e6:7.2f} s  {s['site']}"
              f"  {s['answers']:6} answers{before}")
    lost = sum(s["lost"] for s in summary["spans"])
    print(f"{summary['sent']} queries, {lost} lost; nobody answered for {span(summary['longest_gap_us'])} "
          "at the longest")


def main():
    for sig in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, lambda number, _: sys.exit(128 + number))
    began = time.monotonic()
    print(PICTURE.format(address=SERVICE["v4"]))
    try:
        deaths = [d for name in WORDS for d in show(name)]
    except LabError as error:
        sys.exit(f"demo: {error}")
    except KeyboardInterrupt:
        sys.exit("\ndemo: interrupted; the lab is gone")
    print(f"\n{'=' * 78}\n{'':6} {'killed':12} {'other site answered after':>26} {'nobody for':>12} "
          f"{'queries lost':>13}")
    for proto, what, after, gap, lost in deaths:
        print(f"{proto:6} {what:12} {span(after):>26} {span(gap):>12} {lost:>13}")
    print(f"\n{time.monotonic() - began:.0f} s, and nothing of it is left.\n\n{NEXT}", end="")


if __name__ == "__main__":
    main()
