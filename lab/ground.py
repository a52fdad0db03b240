"""Where scenarios are played: a lab of one setup, with zanycast at both sites or without."""

import contextlib
import itertools
import os
import threading
import time

from .netns import LabError, boottime_us, wait
from .outage import asking, outage

SETTLE_S = 6    # answers of the first site alone before a blow; OSPF is quiet after 5
PATIENCE_S = 200
HOME_S = 90     # until a healed site is in use again: longer than any hello or update
AT_PEACE = f"ns1 alone to answer for {SETTLE_S} s"
SERVICE_NAME = "resolver"
NUMBERS = itertools.count(1)


class Ground:
    """with Ground(setup, zanycast=True) as ground: ground.play(scenario, watch_s=30)

    ns1 is the site that dies, ns2 the other one; c1 asks every 5 ms all the time. Without zanycast
    the sites have the service's address on lo for good, as interfaces(5) would give it to them.

    still: a lock, held while milliseconds are measured and while processes are started
    """

    home_s = HOME_S  # a machine that boots takes longer

    def __init__(self, setup, zanycast, variant="chain", tag=None, still=None):
        self.setup, self.zanycast, self.prefix = setup, zanycast, setup.prefix
        self.lab = setup.lab(variant=variant, zanycast=zanycast,
                             tag=tag or f"run-{os.getpid():x}-{next(NUMBERS)}")
        self.still = still or threading.Lock()
        self.ns1, self.ns2, self.r1, self.c1 = map(self.lab.node, ("ns1", "ns2", "r1", "c1"))
        self.far = self.lab.node(self.ns2.spec.ports[0].peer)
        self.probe = None
        self._probing = contextlib.ExitStack()
        self.doing, self.since = "waits for its turn", time.monotonic()
        self._abandoned = False
        self.spoilt = False  # it is not as it was before: to be raised anew

    def __enter__(self):
        try:
            self.raise_()
        except BaseException:
            self.lower()
            raise
        return self

    def __exit__(self, *_):
        self.lower()

    def raise_(self):
        """Returns when each end of the network uses its own site."""
        with self.still:
            self.now("raising its lab")
            self.lab.up(converged=False)
        for site in (self.ns1, self.ns2):
            self.route_home(site)
        self.now("converging")
        self.lab.settle()
        # the far one first: who has heard of the near one may not tell of another any more
        self.offer(self.ns2)
        self.wait(lambda: "ns2" in self.far.via(self.prefix), PATIENCE_S, f"{self.far.name} to use ns2")
        self.offer(self.ns1)
        self.wait(self.home, PATIENCE_S, "r1 to use ns1")

    def lower(self):
        self._stop_asking()
        self.lab.down()

    def now(self, doing):
        self.doing, self.since = doing, time.monotonic()

    def abandon(self):
        """From another thread: whoever plays here fails soon."""
        self._abandoned = True
        self.lab.down()

    def wait(self, cond, timeout, what):
        """wait(), and say so."""
        def unless_abandoned():
            if self._abandoned:
                raise LabError("interrupted")
            return cond()
        self.now(f"waiting for {what}")
        return wait(unless_abandoned, timeout, what, step=0.02)

    # -- the state of the world ------------------------------------------------------

    def offer(self, site):
        """The site announces its service, or will as soon as it passes its checks."""
        if self.zanycast:
            # held: whether named listens at the address is asked before it is announced
            site.zanycast.configure(prefixes=[self.prefix], alias="held")
            site.zanycast.start()
        else:
            site.alias_add(self.prefix)

    @staticmethod
    def route_home(site):
        """The default route, as the machine's own set-up has it beside what FRR will learn: without it
        OSPF brings a site clients some 4 s before it brings the site a way back to them."""
        site.ns.ip(*(f"route replace default via {gateway}" for port in site.spec.ports
                     for gateway in (port.peer_v4, port.peer_v6)))

    def home(self):
        """Does the router beside c1 use ns1, and where costs are equal the other one, too?"""
        return self.r1.via(self.prefix) >= ({"ns1", "ns2"} if self.setup.ecmp else {"ns1"})

    def at_peace(self):
        """ns1 has answered everything for a while."""
        return self.probe.steady("ns1", boottime_us() - SETTLE_S * 1000000)

    def _ask(self):
        """One probe goes on from play to play, unless the router has dealt out its flows anew."""
        if self.probe and self.probe.site != "ns1":
            self._stop_asking()
        if not self.probe:
            self.wait(self.home, PATIENCE_S, "r1 to use ns1")
            self.probe = self._probing.enter_context(
                asking(self.c1, "ns1", server=self.setup.server))
        self.wait(self.at_peace, PATIENCE_S, AT_PEACE)

    def _stop_asking(self):
        self.probe = None
        self._probing.close()

    # -- a play ----------------------------------------------------------------------

    def play(self, scenario, watch_s, instant=False):
        """One run, as figures: took_ms (None: never, for watched_s), gap_ms and queries lost until
        the harm is undone; then back_ms until ns1 answers c1 again (None: it did not, the ground is
        spoilt), and back_lost. The gap and the lost ones are None when c1 was still without an answer
        at that moment.

        instant: the network is expected to answer in milliseconds, others keep still for it."""
        self._ask()
        self.now("waiting for its turn")
        probe = self.probe
        seen = outage(probe, lambda: scenario.strike(self), "ns2", watch_s, self.still, instant,
                      self.wait)
        figures = {"took_ms": ms(seen.took_us)}
        if not seen.first:
            figures["watched_s"] = round(seen.watched_us / 1e6)
        healed = boottime_us()
        silent = probe.silent_us
        self.now("undoing it")
        with self.still:
            scenario.heal(self)
        home_us = self._homecoming(healed)
        if home_us:
            self._ask()
        lost, gap = probe.lost(seen.struck_us, healed)
        return figures | {
            "gap_ms": None if silent else ms(gap), "lost": None if silent else lost,
            "back_ms": ms(home_us and home_us - healed),
            "back_lost": None if silent or not home_us else probe.lost(healed)[0]}

    def _homecoming(self, healed_us):
        """When ns1 answered again, None if it does not. With equal costs another flow may be its."""
        def back():
            return self.home() and (self.setup.ecmp or self.probe.answered("ns1", healed_us))

        def late():
            return boottime_us() > healed_us + self.home_s * 1e6
        self.wait(lambda: back() or late(), self.home_s + 5, "ns1 to be used again")
        if not back():
            self.spoilt = True
            return None
        return boottime_us() if self.setup.ecmp else self.probe.first("ns1", healed_us)["at_us"]

    def evidence(self):
        """How things stand, for who has to find out why something did not come."""
        words = [f"r1 sends to {' and '.join(sorted(self.r1.via(self.prefix))) or 'nobody'}"]
        for site in (self.ns1, self.ns2):
            words.append(f"{site.name} {'has' if self.prefix in site.addresses() else 'lacks'} the address, "
                         f"its server {'answers' if site.dns.answers() else 'is silent'}")
        if self.probe and self.probe.changes:
            last = self.probe.changes[-1]
            silent = f", then nobody since {self.probe.silent_us}" if self.probe.silent_us else ""
            words.append(f"c1 was answered by {last['site']} since {last['at_us']}{silent}")
        return "; ".join([*words, f"now {boottime_us()}"])


def ms(us):
    return None if us is None else round(us / 1000, 1)
