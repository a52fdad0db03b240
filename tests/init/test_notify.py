"""What a service manager hears at NOTIFY_SOCKET, and when it hears nothing more."""

import signal
import socket
import time

import pytest

from lab import LabError, wait
from scene import PATIENCE


class Manager:
    """name: a path, or "@name" in the namespace of the site."""

    def __init__(self, site, name, watchdog_s=0, watchdog_pid=None):
        self.site, self.words = site, []
        with site.ns.entered():
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.socket.bind("\0" + name[1:] if name[0] == "@" else name)
        self.socket.setblocking(False)
        env = {"NOTIFY_SOCKET": name, "WATCHDOG_USEC": int(watchdog_s * 1e6) or "",
               "WATCHDOG_PID": watchdog_pid or ""}
        site.zanycast.wrapper = ["env", *(f"{k}={v}" for k, v in env.items() if v)]

    def close(self):
        self.site.zanycast.wrapper = []
        self.socket.close()

    def hear(self):
        """All that came, as dictionaries."""
        while True:
            try:
                text = self.socket.recv(4096).decode()
            except BlockingIOError:
                return self.words
            self.words.append(dict(line.split("=", 1) for line in text.split("\n")))

    def heard(self, name):
        return [w for w in self.hear() if name in w]

    def wait(self, name, count=1, timeout=PATIENCE):
        """The word of that number with this variable."""
        wait(lambda: len(self.heard(name)) >= count, timeout, f"{name}: heard {self.words}")
        return self.heard(name)[count - 1]

    def pulse(self, seconds):
        """How many signs of life come in that time."""
        before = len(self.heard("WATCHDOG"))
        time.sleep(seconds)
        return len(self.heard("WATCHDOG")) - before


@pytest.fixture
def manager(scene):
    def make(name="@zanycast-test", **kw):
        if name[0] == "/":
            name = str(scene.ns1.dir / name[1:])
        manager = Manager(scene.ns1, name, **kw)
        scene.after(manager.close)
        scene.configure()
        return manager
    return make


@pytest.mark.parametrize("name", ["/notify", "@zanycast-test"])
def test_its_life(scene, manager, name):
    """READY, RELOADING and READY, refused and READY, STOPPING with the time it takes"""
    manager, zanycast = manager(name), scene.ns1.zanycast
    zanycast.start("-d")
    ready = manager.wait("READY")
    assert ready["MAINPID"] == str(zanycast.pid) and "STATUS" in ready
    assert zanycast.process_named("engine"), "ready without an engine"
    began = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    zanycast.reload()
    assert int(manager.wait("RELOADING")["MONOTONIC_USEC"]) >= began
    manager.wait("READY", 2)
    zanycast.conf.write_text(zanycast.conf.read_text() + "nonsense = 1\n")
    zanycast.reload()
    manager.wait("RELOADING", 2)
    assert "errors" in manager.wait("READY", 3)["STATUS"]
    assert not manager.heard("STOPPING")
    assert zanycast.stop(PATIENCE) == 0
    assert int(manager.wait("STOPPING")["EXTEND_TIMEOUT_USEC"]) > 2e6
    assert not manager.heard("WATCHDOG"), "nobody asked for it"


def test_leaving(scene, manager):
    """SIGUSR1: STOPPING"""
    manager = manager()
    scene.ns1.zanycast.start()
    manager.wait("READY")
    scene.ns1.zanycast.leave()
    manager.wait("STOPPING")


def test_ready_without_zebra(scene, manager):
    """READY does not wait for zebra"""
    manager = manager()
    zanycast = scene.ns1.zanycast
    zanycast.conf.write_text(zanycast.conf.read_text().replace(
        str(zanycast.zserv), str(scene.ns1.dir / "nobody.api")))
    assert "nobody.api" in zanycast.conf.read_text()
    zanycast.start()
    manager.wait("READY")
    assert '"state":"down"' in zanycast.ctl("show", "zebra", check=False)[1]


def test_not_ready(scene, manager):
    """a file with errors: not a word of READY"""
    manager = manager()
    zanycast = scene.ns1.zanycast
    zanycast.conf.write_text("nonsense = 1\n")
    with pytest.raises(LabError):
        zanycast.start()
    assert zanycast.process.wait(5) == 1
    assert not manager.hear()


def test_watchdog(scene, manager):
    """the sign of life comes twice in its time, and not from a keeper that stands still"""
    manager, zanycast = manager(watchdog_s=1), scene.ns1.zanycast
    zanycast.start()
    manager.wait("READY")
    manager.wait("WATCHDOG", 4)
    zanycast.signal(signal.SIGSTOP)
    manager.hear()
    assert manager.pulse(2) == 0
    zanycast.signal(signal.SIGCONT)
    assert manager.pulse(2) >= 2


def test_watchdog_of_another(scene, manager):
    """WATCHDOG_PID names another process: no sign of life"""
    manager = manager(watchdog_s=1, watchdog_pid=1)
    scene.ns1.zanycast.start()
    manager.wait("READY")
    assert manager.pulse(1.5) == 0


def test_watchdog_and_a_hung_engine(scene, manager):
    """the engine hangs: the keeper mends it, and lives meanwhile"""
    manager, zanycast = manager(watchdog_s=1), scene.ns1.zanycast
    zanycast.start()
    manager.wait("READY")
    engine = zanycast.signal(signal.SIGSTOP, "engine")
    before = len(manager.heard("WATCHDOG"))
    wait(lambda: zanycast.process_named("engine") not in (None, engine), PATIENCE)
    assert len(manager.heard("WATCHDOG")) - before >= 4
