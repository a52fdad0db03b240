"""A control client of few words, a port that opens and closes."""

import contextlib
import json
import os
import socket
import threading


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


def ask(path, **request):
    """The answer of the engine that is there, or of the one that takes its place just now."""
    with contextlib.suppress(ConnectionError), Client(path) as client:
        answer = client.ask(**request)
        if answer:
            return answer
    with Client(path) as client:
        return client.ask(**request)


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
