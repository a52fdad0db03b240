"""What a zebra holds of each prefix and what it tells of it, with its habits.

Only connected and local routes. zebra works in turns: what comes in changes the entries at once,
but is told QUEUE later, together. Each habit is a fact about real zebras; see dialects.Habits.
"""

import itertools
from dataclasses import dataclass, field

from dialects import CONNECT

LOCAL = 3
QUEUE = 0.010        # s from a change to its word
NATIVE_QUEUE = 0.012  # … of the entry of an address


@dataclass
class Entry:
    id: int
    type: int
    ifindex: int
    native: bool      # zebra made it of an address
    tag: int = 0
    metric: int = 0
    active: bool = True
    more: int = 0     # so many were added to it and made no entry of their own


@dataclass
class Route:
    """One prefix."""

    prefix: str
    entries: list = field(default_factory=list)  # the oldest first
    believed: Entry | None = None  # what zebra believes subscribers know
    fresh: list = field(default_factory=list)    # of ours, since the last turn
    repeat: bool = False
    queued: bool = False
    natives_queued: int = 0
    overtaken: bool = False        # a message came while an address' entry waited for its turn
    silent: bool = False
    told: tuple = (False, 0)       # the last word, whoever listened: (on, tag)

    def best(self):
        """The entry that is selected, of whatever type."""
        return next((e for e in self.entries if e.active), None)

    def connected(self):
        """The selected entry, if it is a connected one."""
        best = self.best()
        return best if best and best.type == CONNECT else None

    def ours(self):
        return [e for e in self.entries if not e.native]


class Rib:
    """tell(on, prefix, entry, selected) is what subscribers hear; later(seconds, call) is time;
    up(ifindex) says whether there is such a link and it is up."""

    def __init__(self, habits, tell, later, up):
        self.habits, self._tell, self._later, self._up = habits, tell, later, up
        self.routes = {}
        self._ids = itertools.count(1)

    def of(self, prefix):
        return self.routes.setdefault(prefix, Route(prefix))

    def keep(self, other):
        """The entries that clients added to another, as if they had been left there."""
        for route in other.routes.values():
            for entry in route.ours():
                entry.id = next(self._ids)
                entry.active = self._up(entry.ifindex)
                self.of(route.prefix).entries.append(entry)
                self._queue(self.of(route.prefix))

    # -- messages --------------------------------------------------------------------

    def add(self, request):
        ifindex = next((i for kind, i in request.nexthops if kind == 1), 0)
        route = self.of(request.prefix)
        route.overtaken = route.overtaken or route.natives_queued > 0
        same = [e for e in route.entries if e.type == request.type]
        if same and self.habits.counts6 and ":" in request.prefix:
            same[0].more += 1
            return
        if not self.habits.stacks:
            route.entries = [e for e in route.entries if e not in same]
        best = route.connected()
        route.repeat |= self.habits.repeats_native and best is not None and best.native
        entry = Entry(next(self._ids), request.type, ifindex, False, request.tag, request.metric,
                      self._up(ifindex))
        route.entries.append(entry)
        route.fresh.append(entry)
        route.silent |= self.habits.double_add_silent and len(route.fresh) > 1
        self._queue(route)

    def delete(self, request):
        ifindex = next((i for kind, i in request.nexthops if kind == 1), None)
        route = self.of(request.prefix)
        if self.habits.delete_needs_nexthop and ifindex is None:
            return
        route.overtaken = route.overtaken or route.natives_queued > 0
        found = [e for e in route.entries if e.type == request.type]
        if self.habits.delete_checks_ifindex:
            found = [e for e in found if e.ifindex == ifindex]
        if not found:
            return
        entry = found[-1]
        if entry.more:
            entry.more -= 1
            return
        route.entries.remove(entry)
        route.fresh, route.silent = [], False
        route.repeat |= self.habits.repeats
        self._queue(route)

    # -- the kernel ------------------------------------------------------------------

    def address_added(self, address):
        """On a link that is up."""
        h = self.habits
        if not (address.noprefixroute and not h.noprefixroute_connects):
            self._native(self.of(address.network), address)
        if h.has_local:
            route = self.of(address.host)
            route.entries.append(Entry(next(self._ids), LOCAL, address.ifindex, True))
            if not route.natives_queued:  # else both in one turn
                self._queue(route)

    def _native(self, route, address):
        h = self.habits
        connected = [e for e in route.entries if e.type == CONNECT]
        if connected and h.native_joins:
            connected[0].more += 1
            return
        if not h.stacks:
            route.entries = [e for e in route.entries if e not in connected]
        entry = Entry(next(self._ids), CONNECT, address.ifindex, True)
        route.entries.append(entry)
        if h.unselected_echo and connected:
            route.fresh.append(entry)
        if not h.native_late:
            self._queue(route)
            return
        route.natives_queued += 1
        route.overtaken = False
        self._later(NATIVE_QUEUE, lambda: self._native_turn(route, entry))

    def address_gone(self, address, link_down=False):
        """The address, or the link it is on."""
        h = self.habits
        host = self.of(address.host)
        local = [e for e in host.entries if e.type == LOCAL and e.ifindex == address.ifindex]
        host.entries = [e for e in host.entries if e not in local]
        if local:
            self._queue(host)
        if address.noprefixroute and not h.noprefixroute_connects:
            return
        route = self.of(address.network)
        going = [e for e in route.entries if e.type == CONNECT and e.ifindex == address.ifindex]
        if going and going[0].more and not link_down:
            going[0].more -= 1
            return
        if not going:
            if local and not h.stacks and not route.connected():  # told all the same
                self._say(route, False, Entry(0, CONNECT, address.ifindex, True))
            return
        taken = going[:1] if h.stacks and not link_down else going
        route.entries = [e for e in route.entries if e not in taken]
        route.fresh, route.silent = [], False
        if route.believed or not h.end_lies:
            self._say(route, False, route.believed or taken[0])
        left = route.connected()
        if h.end_lies:
            route.believed = left
        elif h.told_twice[":" in address.ip] and not left:
            route.believed = taken[0]  # so the turn tells it again
        else:
            route.believed = None
        if h.end_lies and h.told_twice[":" in address.ip] and not left:
            route.believed = taken[0]
        self._queue(route)

    # -- turns -----------------------------------------------------------------------

    def _queue(self, route):
        if not route.queued:
            route.queued = True
            self._later(QUEUE, lambda: self._turn(route))

    def _turn(self, route):
        route.queued = False
        best, believed = route.connected(), route.believed
        if best is None:
            if believed:
                self._say(route, False, believed)
                for entry in route.fresh if route.best() else ():
                    self._say(route, False, entry, selected=False)
            route.believed = None
        elif not believed or best.id != believed.id:
            if not route.silent:
                self._say(route, True, best)
            route.believed = best
        elif route.repeat:
            self._say(route, True, best)
        if self.habits.unselected_echo:
            for entry in route.fresh:
                if entry is not best and entry in route.entries:
                    self._say(route, True, entry, selected=False)
        route.fresh, route.repeat, route.silent = [], False, False

    def _native_turn(self, route, entry):
        """Late: whatever the entries are by now, this one is told, if need be untruly."""
        route.natives_queued -= 1
        self._turn(route)
        overtaken = route.overtaken and not route.natives_queued
        beside = route.connected() is not entry and entry in route.entries
        twice = self.habits.told_twice[":" in route.prefix] and entry is route.connected()
        if overtaken or beside or twice:
            self._say(route, True, entry)
        if not route.natives_queued:
            route.overtaken = False

    def _say(self, route, on, entry, selected=True):
        if selected or not on:
            route.told = (on, entry.tag if on else 0)
        self._tell(on, route.prefix, entry, selected)

    # -- questions -------------------------------------------------------------------

    def known(self):
        """(prefix, entry) of what a new subscriber is told."""
        return [(p, r.connected()) for p, r in self.routes.items() if r.connected()]

    def match(self, address, networks):
        """(prefix, entry) of the longest match; networks(prefix) holds the address?"""
        found = [(r.prefix, r.best()) for r in self.routes.values()
                 if r.best() and networks(r.prefix, address)]
        return max(found, key=lambda f: int(f[0].rpartition("/")[2]), default=None)
