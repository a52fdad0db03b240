"""What can happen to the site in use. A scenario strikes ns1 of a Ground, and heals it again."""

import signal

from .ground import SERVICE_NAME


class Scenario:
    """name: of the command line and the table. title: a line of words; how: what exactly is done.
    variant: of the lab's network. instant: nobody waits for a timer of a check, a lease or a boot."""

    name = title = how = ""
    variant = "chain"
    instant = False
    without = True  # has it a meaning where there is no zanycast?
    unseen = False  # no routing protocol notices it

    def strike(self, ground):
        raise NotImplementedError

    def heal(self, ground):
        raise NotImplementedError

    def noticed(self, zanycast):
        """Does anybody move the clients at all?"""
        return zanycast or not self.unseen


class Killed(Scenario):
    name, title = "killed", "the name server is killed (SIGKILL)"
    instant = unseen = True
    how = "Its processes get SIGKILL; server, link and FRR live. Healed: it is started again."

    def strike(self, ground):
        ground.ns1.dns.signal_group(signal.SIGKILL)

    def heal(self, ground):
        ground.ns1.dns.kill()
        ground.ns1.dns.start()


class Hung(Scenario):
    name, title, unseen = "hung", "the name server hangs (SIGSTOP)", True
    how = "Its processes stand still, its sockets stay open and fill. Healed: SIGCONT."

    def strike(self, ground):
        ground.ns1.dns.hang()

    def heal(self, ground):
        ground.ns1.dns.resume()


class Drained(Scenario):
    name, title, instant = "drained", "the operator drains the site (without zanycast: ip addr del)", True
    how = ("`zanycastctl drain`; without zanycast `ip addr del`, which is all there is. The name server goes "
           "on. Healed: `undrain`, `ip addr add`.")

    def strike(self, ground):
        if ground.zanycast:
            ground.ns1.zanycast.ctl("drain", SERVICE_NAME, "a scenario")
        else:
            ground.ns1.alias_del(ground.prefix)

    def heal(self, ground):
        if ground.zanycast:
            ground.ns1.zanycast.ctl("undrain", SERVICE_NAME)
        else:
            ground.offer(ground.ns1)


class Rebooted(Scenario):
    name, title = "rebooted", "the server is rebooted cleanly (SIGTERM to all, network down, up)"
    how = ("As init does it: SIGTERM to zanycastd, the name server, FRR, one after the other; the network goes "
           "down. It stays down until the other site has answered. Healed: all is started, in the reverse "
           "order.")

    def strike(self, ground):
        ground.ns1.zanycast.stop()
        ground.ns1.dns.stop()
        ground.ns1.frr.stop()
        switch_off(ground, ground.ns1)

    def heal(self, ground):
        boot(ground, ground.ns1)


class Dead(Scenario):
    name, title = "dead", "the server is dead silently (power cut; its link stays up)"
    how = ("Every process of the server is frozen, FRR's too: nobody says a word any more, and the router "
           "still has its carrier, as behind a switch. Healed: the frozen ones are killed, the link goes "
           "down and up, the server boots.")

    def strike(self, ground):
        ground.ns1.freeze()

    def heal(self, ground):
        site = ground.ns1
        switch_off(ground, site)
        site.zanycast.kill()
        site.dns.kill()
        site.frr.kill()
        boot(ground, site)


class Cut(Scenario):
    name, title = "cut", "the link between the site and its router is cut (carrier lost)"
    variant, instant = "ring", True
    how = ("Of ns1 and r1: both see the carrier go, and the server lives. The routers are a ring here, so that "
           "the way to the other site is r1-r4 (`rip-ecmp`: one router). Healed: the carrier comes back.")

    def strike(self, ground):
        ground.ns1.unplug()

    def heal(self, ground):
        plug(ground, ground.ns1)


class Orphaned(Scenario):
    name, title = "orphaned", "zanycastd, all its processes and the name server are killed (SIGKILL)"
    without = False
    how = ("First zanycastd with all it has started, in the same instant the name server: a dead service "
           "whose route has no keeper. The lifetime of the address on `lo` (10 s here) ends it. Healed: "
           "both are started.")

    def strike(self, ground):
        ground.ns1.zanycast.kill()
        ground.ns1.dns.signal_group(signal.SIGKILL)

    def heal(self, ground):
        ground.ns1.dns.kill()
        ground.ns1.dns.start()
        ground.offer(ground.ns1)


def switch_off(ground, site):
    """The kernel forgets what it was told; what runs is the caller's matter."""
    site.unplug()
    site.alias_del(ground.prefix)


def plug(ground, site):
    site.plug()
    ground.route_home(site)


def boot(ground, site):
    """In the order of init: the network, FRR, the name server, then zanycast."""
    plug(ground, site)
    if not ground.zanycast:
        ground.offer(site)
    site.frr.start()
    site.dns.start()
    if ground.zanycast:
        ground.offer(site)


SCENARIOS = {s.name: s for s in (Killed(), Hung(), Rebooted(), Dead(), Cut(), Orphaned(), Drained())}
