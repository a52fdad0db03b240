"""Which release zebra is: asked of its vty, else of its program; what is done when they disagree
with what it speaks."""

import contextlib
import os
import socket
import threading

import pytest

from lab import boottime_us, wait
from lab.netns import run
from lab.releases import LIBDIR
from lab.zanycast import program
from scene import PATIENCE, TAG

LIE = "FRRouting 10.3 (liar) on Linux(6.1.0).\n"

# nothing of it depends on a routing daemon
pytestmark = pytest.mark.once


class Vty:
    """A zebra.vty that is not zebra's. how: hangs, lies, floods, closes."""

    def __init__(self, folder, how):
        self.how = how
        self.asked = []
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(str(folder / "zebra.vty"))
        self.server.listen(8)
        self.clients = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                client = self.server.accept()[0]
                self.clients.append(client)
                threading.Thread(target=self.answer, args=(client,), daemon=True).start()

    def answer(self, client):
        with contextlib.suppress(OSError):
            while self.how != "closes" and (question := client.recv(4096)):
                self.asked += [w for w in question.decode().split("\0") if w]
                if self.how == "lies":
                    client.sendall((LIE if b"version" in question else "").encode() + bytes(4))
                elif self.how == "floods":
                    while True:
                        client.sendall(b"FRRouting " * 1000)
            client.close()

    def close(self):
        for s in [self.server, *self.clients]:
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
            s.close()


def elsewhere(scene):
    """An empty directory to look for vty sockets in."""
    folder = scene.ns1.dir / "vty"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    return folder


def wait_zebra(scene, **fields):
    """What is shown of zebra, when it is that."""
    def look():
        with contextlib.suppress(OSError, ValueError):
            shown = scene.show("zebra")
            return shown if all(shown[k] == v for k, v in fields.items()) else None
    return wait(look, PATIENCE, f"zebra to be {fields}")


@pytest.mark.core
def test_told_by_vty(scene):
    """zebra's vty says the release: shown, in JSON and in words, and logged"""
    scene.start()
    shown = wait_zebra(scene, release=scene.release.name)
    assert shown["state"] == "up" and shown["text"] == ""
    assert "vty" in scene.event("zebra.release")["text"]
    words = run(scene.ns1.ns.argv(
        [program("zanycastctl"), "-s", scene.ns1.zanycast.control, "show", "zebra"]))
    assert f"release {scene.release.name}" in words, words


@pytest.mark.core
def test_no_vty(scene):
    """no vty: its program is asked, unless it lives in another root, where paths are not ours"""
    scene.start(top=f'vty_dir = "{elsewhere(scene)}"\n')
    release = "" if scene.release.root else scene.release.name
    assert wait_zebra(scene, state="up", release=release)["text"] == ""
    assert len(scene.ns1.zanycast.events("zebra.release")) == (release != "")


@pytest.mark.host
@pytest.mark.parametrize("how", ["closes", "hangs", "floods", "lies"])
def test_told_by_program(scene, how):
    """a vty that is not zebra's: nothing waits for it, the program is asked"""
    folder = elsewhere(scene)
    vty = Vty(folder, how)
    scene.after(vty.close)
    scene.start(top=f'vty_dir = "{folder}"\n')
    shown = wait_zebra(scene, release=scene.release.name)
    assert shown["state"] == "up" and shown["text"] == ""
    told = scene.event("zebra.release")
    assert "program" in told["text"]
    if how == "hangs":
        assert scene.event("zebra.up").at_us < told.at_us, "the session waited for a vty"
    if how == "lies":
        assert "show version" in vty.asked
    assert not scene.ns1.zanycast.events("zebra.refused")
    scene.wait_entries(TAG)


def restart_as(scene, name):
    """zebra anew, named as if it were that program."""
    frr = scene.ns1.frr
    frr.stop("zebra")
    run(scene.ns1.ns.argv([
        "bash", "-c", 'exec -a "$0" "$@"', name, LIBDIR / "zebra", "-d", "-u", "frr", "-g", "frr",
        "-i", frr.dir / "zebra.pid", "-z", frr.zserv, "--vty_socket", frr.dir, "-P", "0",
        "-f", frr.dir / "zebra.conf"]), timeout=20)


@pytest.mark.host
def test_contradiction(scene):
    """zebra comes back as another release than it speaks: refused; the line that is named helps"""
    scene.spoilt = True
    folder = elsewhere(scene)
    liar = scene.ns1.dir / "zebra"
    liar.write_text("#!/bin/sh\necho zebra version 10.3\n")
    liar.chmod(0o755)
    scene.after(liar.unlink)
    scene.start(top=f'vty_dir = "{folder}"\n')
    dialect = wait_zebra(scene, release=scene.release.name)["dialect"]
    since = boottime_us()
    restart_as(scene, liar)
    refused = scene.event("zebra.refused", since)
    line = f"dialect = {dialect}"
    assert "10.3" in refused["text"] and line in refused["text"], refused
    shown = wait_zebra(scene, state="refused", release="10.3")
    assert line in shown["text"]
    status, _ = scene.ns1.zanycast.ctl("show", check=False)
    assert status == 4
    # the operator does as told
    conf = scene.ns1.zanycast.conf
    scene.ns1.zanycast.stop()
    conf.write_text(conf.read_text().replace("zebra {", "zebra {\n    " + line))
    since = boottime_us()
    scene.again()
    scene.wait_state("announced")
    scene.wait_entries(TAG)
    doubt = scene.event("zebra.unknown", since)
    assert "set by hand" in doubt["text"] and "10.3" in doubt["text"]
    assert wait_zebra(scene, state="up", release="10.3")["text"] == doubt["text"]


@pytest.mark.host
def test_replaced_program(scene):
    """the program was replaced while zebra ran: it says what the next zebra will be, not asked"""
    scene.spoilt = True
    top = f'vty_dir = "{elsewhere(scene)}"\n'
    liar = scene.ns1.dir / "zebra"
    scene.after(liar.unlink)
    liar.write_text("#!/bin/sh\necho zebra version 9.0\n")
    liar.chmod(0o755)
    restart_as(scene, liar)
    scene.start(top=top, announced=False)
    wait_zebra(scene, state="up", release="9.0")
    scene.ns1.zanycast.stop()
    liar.write_text("#!/bin/sh\necho zebra version 10.3\n")
    since = boottime_us()
    scene.start(top=top, announced=False)
    scene.event("zebra.up", since)
    scene.wait_state("announced")
    assert wait_zebra(scene, state="up")["release"] == ""
    assert not scene.ns1.zanycast.events("zebra.release", since)
    assert not scene.ns1.zanycast.events("zebra.refused", since)
