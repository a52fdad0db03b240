"""A control client of few words, a proxy that remembers, a port that opens and closes."""

import json
import os
import pathlib
import select
import socket
import struct
import sys
import threading

SIGNS_OF_LIFE = {41}  # the lookup by which zanycastd sees whether zebra hangs (FRR 8.3 to 9.0)


class Client:
    """JSON lines over the control socket."""

    def __init__(self, path, timeout=5):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()

    def raw(self, data):
        """Sends bytes; the answer's object, or None when the daemon hung up."""
        self.socket.sendall(data)
        return self.line()

    def line(self):
        line = self.lines.readline()
        return json.loads(line) if line else None

    def ask(self, **request):
        return self.raw(json.dumps(request).encode() + b"\n")


def messages(data):
    """(command, bytes) of each whole ZAPI message (version 5 and 6) of a session."""
    at = 0
    while len(data) - at >= 10:
        length, command = struct.unpack_from(">H6xH", data, at)
        length = max(length, 10)
        if len(data) - at < length:
            break
        yield command, bytes(data[at:at + length])
        at += length


class Proxy:
    """A socket before a node's zebra that keeps what is written to zebra. It is a process in the
    node's namespace, as zebra is. Closing it ends every connection."""

    def __init__(self, node):
        self.path = node.dir / "zserv.proxy"
        for old in node.dir.glob("zserv.proxy*"):
            old.unlink()
        self._daemon = node.daemon("proxy")
        self._daemon.start([sys.executable, __file__, self.path, node.frr.zserv])
        node.wait(self.path.exists, 10, "the proxy to listen")

    def close(self):
        self._daemon.kill()
        self.path.unlink(missing_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def routes(self):
        """The messages to zebra, as bytes, that are not mere signs of life."""
        sessions = sorted(self.path.parent.glob(self.path.name + ".*"))
        return [message for session in sessions for command, message in messages(session.read_bytes())
                if command not in SIGNS_OF_LIFE]


def proxy(path, zserv):
    """What the process does: each session's bytes go to a file of its own, PATH.0000 and so on."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(8)
    to, kept = {}, {}  # where what comes from a socket goes; what is kept of it
    while True:
        for one in select.select([listener, *to], [], [])[0]:
            if one is listener:
                client, zebra = one.accept()[0], socket.socket(socket.AF_UNIX)
                zebra.connect(zserv)
                to[client], to[zebra] = zebra, client
                kept[client] = open(f"{path}.{len(kept):04}", "wb", buffering=0)
            elif one in to and not passed(one, to[one], kept.get(one)):
                other = to.pop(one)
                to.pop(other, None)
                one.close()
                other.close()


def passed(one, other, keep):
    """What has come is on its way; False: the session is over."""
    try:
        data = one.recv(65536)
        other.sendall(data)
    except OSError:
        return False
    if keep:
        keep.write(data)
    return bool(data)


class Port:
    """A TCP server in a node that can be opened and closed in no time."""

    def __init__(self, node, address="127.0.0.1", port=5300):
        self.node, self.address, self.port = node, address, port
        self._socket = None

    def open(self):
        if self._socket:
            return
        with self.node.ns.entered():
            self._socket = socket.socket(socket.AF_INET)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.setsockopt(socket.IPPROTO_IP, 15, 1)  # IP_FREEBIND
        self._socket.bind((self.address, self.port))
        self._socket.listen(64)
        threading.Thread(target=self._greet, args=(self._socket,), daemon=True).start()

    @staticmethod
    def _greet(listener):
        while True:
            try:
                client = listener.accept()[0]
            except OSError:
                return
            client.close()

    def close(self):
        if self._socket:
            self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
        self._socket = None


def as_user(uid, gid, groups, work):
    """What work() returns, done by another user in a process of its own."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups(groups)
            os.setresgid(gid, gid, gid)
            os.setresuid(uid, uid, uid)
            answer = work()
        except BaseException as error:  # pylint: disable=broad-except
            answer = type(error).__name__
        os.write(writer, json.dumps(answer).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        answer = json.loads(pipe.read())
    os.waitpid(pid, 0)
    return answer


if __name__ == "__main__":
    proxy(*sys.argv[1:])
