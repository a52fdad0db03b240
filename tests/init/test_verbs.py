"""Every verb in every state, with the exit status that the LSB gives it."""

import pytest

RUNNING_ONLY = ("reload", "force-reload")
IF_RUNNING = ("try-restart", "condrestart")


@pytest.fixture(params=["debian", "redhat"])
def host(request, make_host):
    """The network is not needed here, and has its rest."""
    return make_host(request.param, start="drained")


def test_stopped(host):
    """nothing runs: what needs a running one says 7 or does nothing, start starts"""
    host.does("status", status=3)
    host.does("stop")
    for verb in IF_RUNNING:
        host.does(verb)
        assert not host.parent, verb
    for verb in RUNNING_ONLY:
        host.does(verb, status=7)
    host.does("start")
    assert host.keeper
    host.does("status")


def test_running(host):
    """start of a running one is no error and no restart; restart is; stop stops"""
    host.does("restart")  # of nothing: a start
    parent = host.parent
    for verb in ("start", "status", *RUNNING_ONLY):
        host.does(verb)
        assert host.parent == parent, verb
    for verb in ("restart", *IF_RUNNING):
        host.does(verb)
        assert host.parent != parent and host.keeper, verb
        parent = host.parent
    host.does("stop")
    assert not host.pidfile.exists()
    host.does("status", status=3)


def test_stale(host):
    """dead, the pidfile is there: status 1, and nobody else is signalled"""
    host.stale()
    host.does("status", status=1)
    for verb in RUNNING_ONLY:
        host.does(verb, status=7)
    for verb in IF_RUNNING:
        host.does(verb)
        assert not host.keeper
    host.does("stop")
    assert not host.pidfile.exists()
    for verb in ("start", "restart"):
        host.stale()
        host.does(verb)
        assert host.keeper, verb
        host.down()
        host.pidfile.unlink(missing_ok=True)


def test_bad_configuration(host):
    """a file with errors: 6 with file and line, and what runs goes on"""
    mend = host.break_file()
    assert "zanycast.conf:" in host.does("start", status=6)
    host.does("status", status=3)
    mend()
    host.does("start")
    keeper = host.keeper
    host.break_file()
    for verb in ("restart", *IF_RUNNING, *RUNNING_ONLY):
        assert "zanycast.conf:" in host.does(verb, status=6), verb
        assert host.keeper == keeper, verb
    host.does("status")
    host.does("stop")


def test_no_configuration(host):
    """no file at all: 6"""
    host.zanycast.conf.unlink()
    host.does("start", status=6)


def test_program_missing(host):
    """the program was removed: 5, and what runs can be stopped"""
    host.does("start")
    host.program.rename(host.sbin / "elsewhere")
    for verb in ("restart", *RUNNING_ONLY, *IF_RUNNING):
        host.does(verb, status=5)
    host.does("status")
    host.does("stop")
    host.does("start", status=5)
    host.does("status", status=3)


def test_nonsense(host):
    """no verb, or none that is known: 2"""
    host.does(status=2)
    host.does("begin", status=2)


def test_not_root(host):
    """only root: 4"""
    for verb in ("start", "stop", "restart", *IF_RUNNING, *RUNNING_ONLY):
        assert host.script(verb, user=65534)[0] == 4, verb


def test_start_that_cannot_be(scene, debian):
    """another zanycastd has this zebra: start fails and says so"""
    scene.ns1.zanycast.start()
    scene.after(scene.ns1.zanycast.kill)
    assert "another zanycastd" in debian.does("start", status=1)
    assert not debian.pidfile.exists()


def test_start_lets_go(debian):
    """without -d the daemon keeps nothing of the terminal it was started from"""
    debian.set_options("")
    debian.does("start")
    for pid in (debian.parent, debian.keeper):
        for fd in (0, 1, 2):
            assert str((debian.proc(pid) / "fd" / str(fd)).readlink()) == "/dev/null", (pid, fd)
