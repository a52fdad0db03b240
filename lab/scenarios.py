"""What can happen to the site in use. A scenario strikes ns1 of a Ground, and heals it again."""

import signal

from .ground import SERVICE_NAME


class Scenario:
    """name: of the command line and the table. title: a line of words. variant: of the lab's network.
    instant: nobody has to wait for a timer of a check, a lease or a boot."""

    name = title = ""
    variant = "chain"
    instant = False
    without = True  # has it a meaning where there is no zanycast?

    def strike(self, ground):
        raise NotImplementedError

    def heal(self, ground):
        raise NotImplementedError

    def noticed(self, zanycast):  # pylint: disable=unused-argument
        """Does anybody move the clients at all?"""
        return True


class Killed(Scenario):
    name, title, instant = "killed", "the name server is killed (SIGKILL)", True

    def strike(self, ground):
        ground.ns1.dns.signal_group(signal.SIGKILL)

    def heal(self, ground):
        ground.ns1.dns.kill()
        ground.ns1.dns.start()

    def noticed(self, zanycast):
        return zanycast


class Hung(Scenario):
    name, title = "hung", "the name server hangs (SIGSTOP)"

    def strike(self, ground):
        ground.ns1.dns.hang()

    def heal(self, ground):
        ground.ns1.dns.resume()

    def noticed(self, zanycast):
        return zanycast


class Drained(Scenario):
    name, title, instant = "drained", "the operator drains the site (without zanycast: ip addr del)", True

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
    """Down until c1 has the other site (or nobody waits for it any longer), then up."""

    name, title = "rebooted", "the server is rebooted cleanly (SIGTERM to all, network down, up)"

    def strike(self, ground):
        ground.ns1.zanycast.stop()
        ground.ns1.dns.stop()
        ground.ns1.frr.stop()
        switch_off(ground, ground.ns1)

    def heal(self, ground):
        boot(ground, ground.ns1)


class Dead(Scenario):
    name, title = "dead", "the server is dead silently (power cut; its link stays up)"

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
    """The routers are a ring: the way to the other site is r1-r4."""

    name, title = "cut", "the link between the site and its router is cut (carrier lost)"
    variant, instant = "ring", True

    def strike(self, ground):
        ground.ns1.unplug()

    def heal(self, ground):
        ground.ns1.plug()


class Orphaned(Scenario):
    """A dead service whose route has no keeper: the lease of the address ends it."""

    name, title = "orphaned", "zanycastd, all its processes and the name server are killed (SIGKILL)"
    without = False

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


def boot(ground, site):
    """In the order of init: the network, FRR, the name server, then zanycast."""
    site.plug()
    if not ground.zanycast:
        ground.offer(site)
    site.frr.start()
    site.dns.start()
    if ground.zanycast:
        ground.offer(site)


SCENARIOS = {s.name: s for s in (Killed(), Hung(), Rebooted(), Dead(), Cut(), Orphaned(), Drained())}
