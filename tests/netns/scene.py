"""What a test works with: two sites at one router, and words for what should be seen there."""

import contextlib
import re
import time

import pytest

from client import Client, ask
from lab import PREFIX4, PREFIX6, BareClient, Lab, LabError, RouteWatch, boottime_us, wait

FAMILIES = {"ospf": ("ospf", "ospf6"), "rip": ("rip", "ripng")}
TAG = 53
PATIENCE = 40   # s; nothing that is waited for takes so long unless it never comes
REPLACED_US = 20000
QUIET = 1.2     # s; OSPF loses what is announced sooner behind a withdrawal

# A lease of 2.2 s: fall * interval + timeout + 1 s
SOA = {"kind": "dns", "server": "127.0.0.1", "query": "test.home A",
       "interval": "400ms", "timeout": "400ms", "fast": "100ms", "rise": 2, "fall": 2}
BOUND = {"kind": "listener", "protocol": "udp", "port": 53}
CHECKS = {"soa": SOA, "bound": BOUND}
# with these the death is seen, and the hang in 0.2 s; LEASE is what remains of the last pass
LEASE = 2.2


class Labs:
    """The lab of this worker: kept from test to test, raised anew when one has spoilt it."""

    def __init__(self):
        self.lab, self.kind = None, None

    def get(self, frr, proto, recipe):
        if self.lab and self.kind != (frr, proto, recipe):
            self.close()
        if not self.lab:
            more = ("rip-tuned", "ripng-tuned") if proto == "rip" else ()
            lab = Lab(proto=FAMILIES[proto], recipe=recipe, more=more, frr=frr)
            self.lab, self.kind = lab.__enter__(), (frr, proto, recipe)
        return self.lab

    def release(self, spoilt, changed_us=0):
        """changed_us: when the router's table changed last."""
        try:
            if not spoilt:
                # what is withdrawn right behind its announcement stays in OSPF for 10 s
                time.sleep(max(0, 2 - (boottime_us() - changed_us) / 1e6))
                tidy(self.lab)
                return
        except (LabError, OSError) as error:
            print(f"the lab is raised anew: {error}")
        self.close()

    @contextlib.contextmanager
    def scene(self, item, frr, proto, recipe):
        """The Scene of a test: nothing is announced, and nothing is when it is over."""
        scene = item.scene = Scene(self.get(frr, proto, recipe), proto, recipe)
        try:
            with scene.watch:
                yield scene
                scene.end()
        except BaseException:
            scene.failed = True
            scene.last_words = scene.evidence()
            raise
        finally:
            changes = scene.changes(0)
            self.release(scene.failed or scene.spoilt, changes[-1].at_us if changes else 0)

    def close(self):
        if self.lab:
            self.lab.down()
        self.lab = None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A test that fails shows the daemon's words, zebra's and the router's."""
    outcome = yield
    report = outcome.get_result()
    scene = getattr(item, "scene", None)
    if scene and report.failed:
        report.sections += scene.last_words or scene.evidence()
        scene.failed = True


def tidy(lab):
    """As it was when it was raised: nobody announces, every server answers."""
    for site in lab.sites:
        site.zanycast.kill()
        site.tap.rest()
        for leftover in (site.zanycast.logfile, site.zanycast.conf,
                         site.dir / "state" / "drains.json"):
            leftover.unlink(missing_ok=True)
        for prefix in (PREFIX4, PREFIX6):
            site.alias_del(prefix)
        with BareClient(site) as bare:
            bare.withdraw(PREFIX4, PREFIX6)
            wait(lambda s=site: not any(connected(s, p) for p in (PREFIX4, PREFIX6)), 5)
        if site.dns.running():
            site.dns.resume()
        else:
            site.dns.start()
    router = lab.node("r1")
    wait(lambda: not any(router.fib(p) for p in (PREFIX4, PREFIX6)), 20, "the router to forget")
    lab.quiet_since = time.monotonic()


def connected(site, prefix):
    """zebra's connected entries of a prefix."""
    family = "ipv6" if ":" in prefix else "ip"
    try:
        found = site.frr.json("zebra", f"show {family} route {prefix}").get(prefix, [])
    except LabError as error:
        if "status 1: {}" not in str(error):  # not found
            raise
        return []
    return [e for e in found if e["protocol"] == "connected"]


def without_probes(log):
    """The end of a log without the lines of probes that changed nothing."""
    dull = re.compile(r" debug: .* ([4-9]|\d\d+) in a row, ")
    return "\n".join([line for line in log.splitlines() if not dull.search(line)][-90:])


class Scene:
    """ns1 and ns2 are the sites, r1 is their router; prefixes are IPv4 and IPv6."""

    def __init__(self, lab, proto, recipe):
        self.lab, self.proto, self.recipe = lab, proto, recipe
        self.release = lab.release
        self.ns1, self.ns2, self.r1 = (lab.node(n) for n in ("ns1", "ns2", "r1"))
        self.daemons = [d for d in self.ns1.frr.daemons if d not in ("mgmtd", "zebra")]
        self.prefixes = [PREFIX4, PREFIX6]
        self.watch = RouteWatch(self.r1)
        self.failed = False
        self.last_words = None  # the evidence, when the lab is gone
        self.spoilt = False  # FRR was killed or configured: the lab is raised anew
        self._after = contextlib.ExitStack()
        self.zebra_alone = False  # it was replaced under daemons that stayed: they are deaf
        self.confused = False  # ospfd and the router have different LSAs of one sequence number

    def end(self):
        """Undoes what the test did to the lab; no engine may have ended by itself, no daemon may be
        called deaf unless it outlived its zebra, and all must have been believed."""
        self._after.close()
        for site in (self.ns1, self.ns2):
            for event in site.zanycast.events("daemon.deaf"):
                assert self.zebra_alone, f"{site.name}: {event}"
            for event in site.zanycast.events("daemon.flushing"):
                assert self.confused, f"{site.name}: {event}"
            for event in site.zanycast.events("engine.died"):
                crashed = re.search("signal (?!9;)|exit status [1-9]", event["text"])
                assert not crashed, f"{site.name}: {event}\n{site.zanycast.log()[-3000:]}"

    def after(self, undo, *args):
        """Called when the test is over, whatever became of it."""
        self._after.callback(undo, *args)

    def enter(self, context):
        return self._after.enter_context(context)

    # -- zanycastd -------------------------------------------------------------------

    def configure(self, site=None, top="", tap=False, **service):
        """Writes the file: prefixes of both families, unless told otherwise. tap: site.tap hears
        what passes between zanycastd and zebra."""
        site = site or self.ns1
        site.tap.wanted = site.tap.wanted or tap
        service = {"linger": "300ms", "checks": CHECKS, "prefixes": self.prefixes} | service
        if service.get("alias") == "none" or all(":" in p for p in service["prefixes"]):
            service["label"] = ""
        site.zanycast.configure(site.zanycast.config(top=top, **service))

    def start(self, *sites, options=("-d",), announced=True, **config):
        """Starts zanycastd on ns1, or on these sites; returns when the router has the routes."""
        sites = sites or (self.ns1,)
        self.rest()
        for site in sites:
            self.configure(site, **config)
            site.zanycast.start(*options)
        if announced:
            self.wait_via(*{s.name for s in sites} & {"ns1"} or {sites[0].name})
            for site in sites:
                self.wait_state("announced", site)

    def rest(self):
        """What is announced now is heard: the last withdrawal is not too near."""
        time.sleep(max(0, getattr(self.lab, "quiet_since", 0) + QUIET - time.monotonic()))

    def again(self, site=None):
        """A new zanycastd with the same file."""
        site = site or self.ns1
        site.zanycast.start("-d")

    def client(self, site=None):
        """A connection to the control socket."""
        return self.enter(Client((site or self.ns1).zanycast.control))

    def show(self, what, site=None):
        return ask((site or self.ns1).zanycast.control, cmd="show", what=what)[what]

    def states(self, site=None):
        return {r["prefix"]: r["state"] for r in self.show("routes", site)}

    def wait_state(self, state, site=None, prefixes=None, timeout=PATIENCE):
        def look():
            with contextlib.suppress(OSError, ValueError):
                states = self.states(site)
                return all(states.get(p) == state for p in prefixes or self.prefixes)
        wait(look, timeout, f"routes of {(site or self.ns1).name} to be {state}")

    def event(self, name, since=0, timeout=PATIENCE, site=None, **fields):
        return (site or self.ns1).zanycast.wait_event(name, timeout, since, **fields)

    # -- the router's kernel -----------------------------------------------------------

    def via(self):
        """The sites the router sends users to, IPv4 and IPv6 together."""
        return [self.r1.via(p) for p in self.prefixes]

    def wait_via(self, *names, timeout=PATIENCE):
        wait(lambda: all(v == {*names} for v in self.via()), timeout,
             f"r1 to send {self.prefixes} to {names or 'nobody'}")

    def wait_gone(self, timeout=PATIENCE):
        self.wait_via(timeout=timeout)
        self.lab.quiet_since = time.monotonic()

    def stays(self, condition, seconds=2.0, what="it to stay so"):
        """The condition holds all that time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert condition(), what
            time.sleep(0.05)

    def let_it_be_known(self):
        """From now on a withdrawal is neither held back nor overheard. What somebody else withdraws
        within 1.5 s of its announcement, neighbours of FRR 7.5 keep for good; and where zebra tells
        its own entry of an alias first, OSPF's second change comes 5 s behind it."""
        seconds = 2
        if self.proto == "ospf" and self.release.number >= (10, 2) and self.recipe == "access-list":
            seconds = 7
        elif self.proto == "ospf" and self.release.number < (8, 0):
            seconds = 12  # the second of two changes is heard 10 s behind the first
        told = max((e.at_us for e in self.ns1.zanycast.events("route.announcing")), default=0)
        time.sleep(max(0, seconds - (boottime_us() - told) / 1e6))

    def wait_settled_gone(self, timeout=PATIENCE):
        """No route for 3 s at a stretch, whatever the network still learns late: a new ospfd
        meets LSAs of the old one, a router may not even have heard the announcement."""
        self.wait_settled(lambda: not any(self.via()), 3, timeout, "the router to have no route")

    def wait_settled_via(self, name, timeout=PATIENCE):
        """The route for 6 s at a stretch: what a router has of an old ospfd goes when it meets the
        new one, which tells its links 5 s later."""
        self.wait_settled(lambda: all(v == {name} for v in self.via()), 6, timeout,
                          f"the router to send users to {name}")

    @staticmethod
    def wait_settled(condition, seconds, timeout, what):
        """The condition holds for so long at a stretch, which begins within timeout."""
        since = time.monotonic()
        end = since + timeout
        while time.monotonic() - since < seconds:
            if not condition():
                since = time.monotonic()
            if since > end:
                raise LabError(f"{what} for {seconds} s: not within {timeout} s")
            time.sleep(0.05)

    def stays_gone(self, seconds=2.0):
        since = boottime_us()
        self.stays(lambda: not any(self.via()), seconds, "the router to have no route")
        assert not self.changes(since, "add", "replace"), self.changes(since)

    def changes(self, since, *verbs):
        return [e for p in self.prefixes for e in self.watch.of(p, since)
                if not verbs or e.verb in verbs]

    @contextlib.contextmanager
    def no_flap(self, quiet=1.0):
        """The router does not lose a route in this block, nor within a second behind it."""
        assert all(self.via()), f"no route before the action: {self.via()}"
        since = boottime_us()
        yield since
        # a look may fall between the two halves of a replacement: lost() knows
        self.stays(lambda: all(self.via()) or all(self.via()), quiet, "the route to stay")
        lost = self.lost(since)
        assert not lost, f"the route flapped: {lost}"

    def lost(self, since):
        """When the router had no route. zebra of FRR 8.4 replaces an IPv6 route by a deletion and
        an addition within 0.2 ms: that is none of it."""
        lost = []
        for prefix in self.prefixes:
            events = self.watch.of(prefix, since)
            for event, after in zip(events, [*events[1:], None]):
                at_once = after and after.verb == "add" and after.at_us - event.at_us < REPLACED_US
                if event.verb == "del" and not (":" in prefix and at_once):
                    lost.append(event)
        return lost

    # -- the site ------------------------------------------------------------------------

    def entries(self, site=None):
        """Tags of zebra's connected entries: [[53], [53]] is right while announced."""
        return [[e.get("tag", 0) for e in connected(site or self.ns1, p)] for p in self.prefixes]

    def wait_entries(self, *tags, site=None):
        """Exactly these entries of each prefix, and no others within a second."""
        wanted = [list(tags)] * len(self.prefixes)
        wait(lambda: self.entries(site) == wanted, PATIENCE, f"entries {wanted} in zebra")
        self.stays(lambda: self.entries(site) == wanted, 0.5, f"entries {wanted} in zebra")

    def aliases(self, dev="lo", site=None):
        """The addresses of the service on an interface, as ip -j says it."""
        found = (site or self.ns1).addresses(dev)
        return {p: found[p] for p in self.prefixes if p in found}

    def wait_leased(self):
        """All addresses of the service are on lo, and have a lifetime."""
        def look():
            aliases = self.aliases()
            return len(aliases) == len(self.prefixes) and all(
                a["valid_life_time"] <= 10 for a in aliases.values())
        wait(look, PATIENCE, "the addresses with a lifetime")

    def wait_no_alias(self, site=None):
        wait(lambda: not self.aliases(site=site), PATIENCE, "the aliases to go")

    def wait_clean(self, site=None):
        """Withdrawn everywhere: at the router, in zebra, on lo."""
        self.wait_gone()
        self.wait_no_alias(site)
        self.wait_entries(site=site)

    # -- when it failed ---------------------------------------------------------------

    def evidence(self):
        """Sections for the report of a failed test."""
        sections = [("r1", "\n".join(f"{e.at_us / 1e6:.6f} {e.verb} {e.prefix}"
                                     for p in self.prefixes for e in self.watch.of(p))
                     + f"\nnow {self.via()} at {boottime_us() / 1e6:.6f}")]
        for site in (self.ns1, self.ns2):
            if not site.zanycast.log():
                continue
            sections.append((f"zanycastd of {site.name}", without_probes(site.zanycast.log())))
            if site.tap.recording:
                sections.append((f"zapidump of {site.name}", site.tap.words()))
            for show in (lambda s=site: s.zanycast.ctl("show", check=False)[1],
                         lambda s=site: s.frr.vty("zebra", f"show ip route {PREFIX4}"),
                         lambda s=site: s.frr.vty("zebra", f"show ipv6 route {PREFIX6}"),
                         lambda s=site: "FRR: " + " ".join(
                             f"{d}={s.frr.pid(d)}" for d in s.frr.daemons),
                         lambda s=site: str(s.addresses())):
                try:
                    sections.append((f"of {site.name}", show()))
                except (OSError, LabError) as error:
                    sections.append((f"of {site.name}", str(error)))
        return sections
