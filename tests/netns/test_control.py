"""The control socket, zanycastctl, hooks: nothing here depends on the network."""

import json
import os
import pathlib
import stat

import pytest

from client import Client, as_user
from lab import boottime_us, wait
from lab.netns import run
from lab.zanycast import program
from scene import PATIENCE

pytestmark = pytest.mark.once
NOBODY, NOGROUP, STRANGER = 65534, 65534, 1


def ctl(scene, *args):
    """Exit status of zanycastctl."""
    return scene.ns1.zanycast.ctl(*args, check=False)[0]


def ask_as(scene, uid, gid, **request):
    def work():
        with Client(scene.ns1.zanycast.control) as client:
            return client.ask(**request)
    return as_user(uid, gid, [], work)


def test_permissions(scene):
    """who may read and who may drain"""
    scene.start()
    control = scene.ns1.zanycast.control
    mode = os.stat(control)
    assert stat.S_IMODE(mode.st_mode) == 0o660 and (mode.st_uid, mode.st_gid) == (0, NOGROUP)
    show = {"cmd": "show", "what": "services"}
    undrain = {"cmd": "undrain", "service": "resolver"}
    assert ask_as(scene, STRANGER, STRANGER, **show) == "PermissionError"
    assert ask_as(scene, STRANGER, NOGROUP, **show)["ok"]
    assert ask_as(scene, STRANGER, NOGROUP, **undrain)["ok"]
    os.chmod(control, 0o666)
    assert ask_as(scene, STRANGER, STRANGER, **show)["ok"]
    for cmd in ({"cmd": "drain", "service": "resolver"}, undrain, {"cmd": "reload"},
                {"cmd": "leave"}, {"cmd": "check", "service": "resolver"}):
        answer = ask_as(scene, STRANGER, STRANGER, **cmd)
        assert not answer["ok"] and answer["code"] == "denied", cmd
    assert set(scene.states().values()) == {"announced"}


BAD = [
    b"\n", b"drain resolver\n", b"{\n", b"[]\n", b"{}\n", b'"show"\n', b'{"cmd":7}\n',
    b'{"cmd":"show"}\n', b'{"cmd":"show","what":"weather"}\n', b'{"cmd":"drain"}\n',
    b'{"cmd":"drain","service":"nope"}\n', b'{"cmd":"why","service":"\\u0000"}\n',
    b"[" * 60000 + b"\n", b"\x00\xff\xfe\n", b'{"cmd":"explode"}\n']


def test_bad_lines(scene):
    """bad lines get an error, and the daemon goes on"""
    scene.start(announced=False)
    scene.event("engine.start")
    wait(lambda: ctl(scene, "show") != 3, 10, "the control socket")
    for line in BAD:
        with Client(scene.ns1.zanycast.control) as client:
            answer = client.raw(line)
            assert answer["ok"] is False and answer["error"], line
            assert answer["code"] in ("usage", "unknown", "denied", "busy", "failed"), line
            assert client.ask(cmd="show", what="services")["ok"], line


def test_endless_line(scene):
    """a line that never ends: refused or hung up, the others are served"""
    scene.start(announced=False)
    wait(lambda: ctl(scene, "show") != 3, 10, "the control socket")
    with Client(scene.ns1.zanycast.control) as client:
        try:
            for _ in range(64):
                client.socket.sendall(b"x" * 4096)
            answer = client.line()
            assert answer is None or not answer["ok"]
        except (BrokenPipeError, ConnectionResetError):
            pass
    assert scene.show("services")
    assert not scene.ns1.zanycast.events("engine.died")


def test_words_of_zanycastctl(scene):
    """zanycastctl: exit statuses, shortened words, help"""
    assert ctl(scene, "show") == 3
    scene.start()
    scene.wait_state("announced")
    assert ctl(scene, "show") == 0
    assert ctl(scene, "sh", "r") == 0
    assert ctl(scene, "weather") == 2
    assert ctl(scene, "drain", "nope") == 1
    human = run(scene.ns1.ns.argv([program("zanycastctl"), "-s", scene.ns1.zanycast.control,
                                   "why", "resolver"]))
    assert "soa" in human and "announced" in human
    scene.ns1.dns.kill()
    scene.event("service.down")
    assert ctl(scene, "show") == 4
    assert scene.client().ask(cmd="check", service="resolver")["ok"]


def test_monitor(scene):
    """monitor streams the events as JSON"""
    scene.start()
    client = scene.client()
    client.socket.settimeout(PATIENCE)
    client.socket.sendall(b'{"cmd":"monitor"}\n')
    scene.event("daemon.start")
    scene.ns1.dns.kill()
    seen = []
    while "route.withdrawn" not in seen:
        line = client.line()
        assert line, seen
        seen.append(line.get("event"))
        if line.get("event") == "service.down":
            assert line["service"] == "resolver" and line["at_us"] > 0
    assert "service.down" in seen and "route.withdrawing" in seen


def test_hooks(scene):
    """hooks run in order, with the event in environment and on stdin"""
    out = scene.ns1.dir / "hooks"
    out.mkdir(exist_ok=True)
    os.chown(out, NOBODY, NOGROUP)
    program_path = scene.ns1.dir / "hook"
    program_path.write_text(f'#!/bin/sh\nenv >>{out}/env\ncat >>{out}/stdin\nid -un >>{out}/user\n')
    program_path.chmod(0o755)
    scene.start(top=f'hook {{ program = "{program_path}" }}\n')
    scene.ns1.dns.kill()
    scene.wait_clean()

    def events():
        text = (out / "stdin").read_text() if (out / "stdin").exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    wait(lambda: [e for e in events() if e["event"] == "route.withdrawn"], PATIENCE)
    names = [e["event"] for e in events()]
    assert names.index("service.up") < names.index("route.announced") \
        < names.index("service.down") < names.index("route.withdrawn"), names
    environment = (out / "env").read_text()
    for line in ("ZANYCAST_EVENT=service.down", "ZANYCAST_SERVICE=resolver",
                 f"ZANYCAST_PREFIX={scene.prefixes[0]}", "ZANYCAST_TO=down", "ZANYCAST_TAG=53"):
        assert line in environment, line
    assert set((out / "user").read_text().split()) == {"nobody"}


def test_hook_that_hangs(scene):
    """a hook that hangs or fails is said and holds nothing up"""
    program_path = scene.ns1.dir / "slow-hook"
    program_path.write_text("#!/bin/sh\nexec sleep 60\n")
    program_path.chmod(0o755)
    scene.start(top=f'hook {{ program = "{program_path}" timeout = 500ms }}\n')
    since = boottime_us()
    scene.ns1.dns.kill()
    scene.wait_clean()
    scene.event("hook.failed", since)


def test_privileges(scene):
    """the engine runs as nobody without a capability"""
    scene.start()
    pid = scene.ns1.zanycast.process_named("engine")
    status = dict(line.split(":\t", 1) for line in open(f"/proc/{pid}/status") if ":\t" in line)
    assert status["Uid"].split() == ["65534"] * 4
    assert int(status["CapEff"], 16) == 0 and int(status["CapPrm"], 16) == 0
    assert status["NoNewPrivs"].strip() == "1"
    # the sanitizers' own calls are on no list
    sanitized = b"__asan_init" in pathlib.Path(program("zanycastd")).read_bytes()
    assert sanitized or status["Seccomp"].strip() == "2"
    keeper = dict(line.split(":\t", 1) for line in open(f"/proc/{scene.ns1.zanycast.pid}/status")
                  if ":\t" in line)
    kept = int(keeper["CapEff"], 16)
    assert kept and not kept & (1 << 21), "the keeper still has CAP_SYS_ADMIN"
