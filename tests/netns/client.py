"""A control client of few words, a proxy that counts, a port that opens and closes."""

import json
import os
import pathlib
import select
import socket
import struct
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


def commands(data):
    """The command of each ZAPI message (version 5 and 6) of a write."""
    while len(data) >= 10:
        length, command = struct.unpack_from(">H6xH", data)
        yield command
        data = data[max(length, 10):]


class Proxy:
    """A socket before zebra's that keeps the numbers of the messages to zebra which are not
    mere signs of life. Closing it ends every connection."""

    def __init__(self, path, zserv):
        self.path, self.zserv = pathlib.Path(path), str(zserv)
        self.routes = []
        self.path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(self.path))
        self._socket.listen(8)
        self._done, self._stop = socket.socketpair()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self):
        self._stop.close()
        self._thread.join()
        self._socket.close()
        self._done.close()
        self.path.unlink(missing_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _run(self):
        to = {}  # where what comes from a socket goes
        clients = set()
        while True:
            ready = select.select([self._socket, self._done, *to], [], [])[0]
            if self._done in ready:
                break
            for one in ready:
                if one is self._socket:
                    client, zebra = one.accept()[0], socket.socket(socket.AF_UNIX)
                    zebra.connect(self.zserv)
                    to[client], to[zebra] = zebra, client
                    clients.add(client)
                elif one in to:
                    self._pass(one, to, one in clients)
        for one in to:
            one.close()

    def _pass(self, one, to, upward):
        try:
            data = one.recv(65536)
            to[one].sendall(data)
        except OSError:
            data = b""
        if data:
            if upward:  # every write of zanycastd is whole messages
                self.routes += [c for c in commands(data) if c not in SIGNS_OF_LIFE]
            return
        other = to.pop(one)
        to.pop(other, None)
        one.close()
        other.close()


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
