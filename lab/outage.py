"""An outage as a client sees it: from a blow at the site in use to another site's first answer.

The one measurement that the scenarios, tests/bench/failover and the demo share.
"""

import contextlib
import time
from dataclasses import dataclass

from .netns import LabError, boottime_us, wait
from .probe import Probe

HELD_S = 0.05  # others keep still so long at least: the blow itself is not to be disturbed
CALM_S = 20    # and so long at most


@dataclass
class Outage:
    struck_us: int
    first: dict | None  # the probe's event of the first answer from elsewhere; None: never
    watched_us: int     # how long was looked on

    @property
    def took_us(self):
        return self.first["at_us"] - self.struck_us if self.first else None


def outage(probe, strike, other="ns2", bound=200, still=None, instant=False, look_on=wait):
    """strike() the site that answers, and look on until the other one does, bound seconds at most.

    still     a lock: who holds it keeps others from disturbing milliseconds. It is held while
              strike() works, and until the answer where one is expected at once (instant)
    look_on   wait(), or what shows something meanwhile: look_on(cond, seconds, what)
    """
    def over(seconds):
        end_us = struck_us + seconds * 1e6
        return lambda: probe.answered(other, struck_us) or boottime_us() > end_us

    what = f"{other} to answer"
    with still or contextlib.nullcontext():
        struck_us = boottime_us()
        strike()
        if instant:
            held = min(bound, CALM_S)
            look_on(over(held), held + 5, what)
        else:
            time.sleep(HELD_S)
    look_on(over(bound), bound + 5, what)
    return Outage(struck_us, probe.first(other, struck_us), boottime_us() - struck_us)


@contextlib.contextmanager
def asking(client, site, tries=30, **options):
    """A Probe that this site answers. Where paths cost the same the kernel chooses one by a hash that
    is another one for each socket, so it may take some; tries: how many. options: Probe's."""
    for _ in range(tries):
        with Probe(client, **options) as probe:
            wait(lambda p=probe: p.site, 30, f"anybody to answer {client.name}")
            if probe.site == site or tries == 1:
                yield probe
                return
    raise LabError(f"no flow of {client.name} goes to {site}")
