"""The whole zanycastd and a well-mannered zebra of each dialect: up, down, crash, restart."""

import signal

from dialects import DIALECTS
from lab import boottime_us, wait
from stage import OTHER, PATIENCE, TAG
from wire import Request


def test_managed(stage):
    """found by itself; announced, withdrawn, twice"""
    stage.start()
    stage.wait_announced()
    assert stage.show("zebra")["dialect"] == stage.dialect
    stage.up_and_down()
    assert stage.daemon.stop() == 0


def test_held(stage):
    """alias = held, at first with a dead service: no route, then all as managed"""
    stage.start(serving=False, alias="held", filter="tag")
    stage.wait_gone(held=True)
    stage.up_and_down(held=True)
    assert stage.daemon.stop() == 0
    stage.wait_empty()


def test_none(stage):
    """alias = none: routes without addresses"""
    stage.start(alias="none")
    stage.wait_announced()
    stage.up_and_down()
    stage.serve(True)
    stage.wait_announced()
    assert stage.daemon.stop() == 0
    stage.wait_empty()


def test_by_hand(stage):
    """the dialect set by hand: nothing is asked, all the same"""
    stage.start(dialect=stage.dialect)
    stage.wait_announced()
    assert stage.event("zebra.dialect")["text"] == "set by hand"
    stage.serve(False)
    stage.wait_gone()
    assert stage.zebra.connections == 1


def test_killed(stage):
    """every process of zanycastd dies by SIGKILL: the kernel ends the aliases, zebra follows"""
    stage.start()
    stage.wait_announced()
    stage.daemon.kill()
    stage.wait_empty()


def test_leaves(stage):
    """SIGTERM while announced: withdrawn before it ends"""
    stage.start()
    stage.wait_announced()
    assert stage.daemon.stop() == 0
    assert all(map(stage.is_gone, stage.prefixes)) and not stage.addresses()


def test_restart(stage):
    """zebra dies and comes again, while announced and while withdrawn"""
    stage.start()
    stage.wait_announced()
    since = boottime_us()
    stage.zebra.restart()
    stage.event("zebra.lost", since)
    stage.event("zebra.up", since)
    stage.wait_announced()
    stage.serve(False)
    stage.wait_gone()
    since = boottime_us()
    stage.zebra.restart()
    stage.event("zebra.up", since)
    stage.wait_gone()


def test_dead_meanwhile(stage):
    """the service dies while zebra is away; zebra comes again with all that was left in it"""
    stage.start()
    stage.wait_announced()
    stage.zebra.die()
    stage.serve(False)
    stage.event("service.down")
    wait(lambda: not stage.addresses(), PATIENCE, "the aliases to go")
    stage.zebra.start(keeping=True)
    stage.event("zebra.up")
    stage.wait_gone()


def test_upgrade(stage):
    """zebra comes again as the next dialect of the table, with all that was left in it"""
    names = list(DIALECTS)
    after = names[(names.index(stage.dialect) + 1) % len(names)]
    stage.start()
    stage.wait_announced()
    since = boottime_us()
    stage.zebra.restart(after, keeping=True)
    stage.tag = TAG if "tag" in stage.zebra.dialect.bits else 0
    stage.event("zebra.up", since)
    stage.wait_announced()
    stage.serve(False)
    stage.wait_gone()


def test_foreign(stage):
    """somebody adds the address elsewhere while ours stands, and takes it off again"""
    stage.start()
    stage.wait_announced()
    for prefix in stage.prefixes:
        stage.site.ns.ip(f"addr add {prefix} dev {OTHER}" + (" nodad" if ":" in prefix else ""))
    wait(lambda: all(stage.zebra.settled() and stage.zebra.entries(p)[:1] and
                     not stage.zebra.entries(p)[0].native and
                     stage.zebra.told(p) == (True, stage.tag) for p in stage.prefixes),
         PATIENCE, f"ours to be best and told: {stage.why()}")
    for prefix in stage.prefixes:
        stage.site.ns.ip(f"addr del {prefix} dev {OTHER}")
    stage.wait_announced()
    stage.serve(False)
    stage.wait_gone()


def test_taken_off(stage):
    """somebody deletes our aliases: they come back, and what they announce"""
    stage.start()
    stage.wait_announced()
    since = boottime_us()
    for prefix in stage.prefixes:
        stage.site.ns.ip(f"addr del {prefix} dev lo")
        stage.event("alias.lost", since, prefix=prefix)
    wait(lambda: stage.addresses() == set(stage.prefixes), PATIENCE, "the aliases to be back")
    stage.wait_announced()
    stage.serve(False)
    stage.wait_gone()


def test_link(stage):
    """lo goes down and up"""
    stage.start()
    stage.wait_announced()
    since = boottime_us()
    stage.site.ns.ip("link set lo down")
    stage.event("link.down", since)
    stage.site.ns.ip("link set lo up")
    stage.event("link.up", since)
    stage.wait_announced()
    stage.serve(False)
    stage.wait_gone()


def leave(stage, count):
    """So many equal entries of a predecessor, one behind the other."""
    for prefix in stage.prefixes:
        for _ in range(count):
            stage.zebra.inject(Request(False, 2, prefix, [(1, 1)], tag=stage.tag))


def test_leftovers(stage):
    """a predecessor left entries beside each other: one of them is ours, then none"""
    stage.zebra.start()
    leave(stage, 3)
    stage.start()
    stage.wait_announced()
    stage.serve(False)
    stage.wait_gone()


def test_leftovers_dead(stage):
    """… and the service is dead: none"""
    stage.zebra.start()
    leave(stage, 3)
    stage.start(serving=False)
    stage.wait_gone()


def test_untrue(stage):
    """zebra told what it does not hold: a pulse makes it tell the end (T1)"""
    stage.start(serving=False)
    stage.wait_zebra("up")
    stage.wait_gone()
    for prefix in stage.prefixes:
        stage.zebra.tell_untruly(prefix)
    stage.wait_gone()


def test_hangs(stage):
    """zebra hangs up without dying: a new session, announced"""
    stage.start()
    stage.wait_announced()
    since = boottime_us()
    stage.zebra.hang_up()
    stage.event("zebra.up", since)
    stage.wait_announced()
    stage.serve(False)
    stage.wait_gone()


def test_engine_killed(stage):
    """the engine dies while announced: started again, no harm done"""
    stage.start()
    stage.wait_announced()
    since = boottime_us()
    stage.daemon.signal(signal.SIGKILL, "engine")
    stage.event("engine.start", since)
    stage.wait_announced()
    stage.serve(False)
    stage.wait_gone()
