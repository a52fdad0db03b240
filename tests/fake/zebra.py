"""A zebra that is none: a server on a Unix socket that speaks one dialect of ZAPI, with the habits
of that release and the manners a test gives it. It reads the addresses of its namespace from the
real kernel and lives in a thread of its own."""

import contextlib
import heapq
import ipaddress
import itertools
import pathlib
import selectors
import socket
import threading
import time

from dialects import CONNECT, DIALECTS
from kernel import Address, Kernel, Link
from manners import ROUTES, Manners
from rib import LOCAL, Rib
from wire import Refused, Wire, family

NO_VRF, NO_HANDLER = 1, 2
BACKLOG = 16
SELF_MADE = ipaddress.ip_network("fe80::/10")


def holds(prefix, address):
    net, ip = ipaddress.ip_network(prefix), ipaddress.ip_address(address)
    return net.version == ip.version and ip in net


class Connection:
    """One client."""

    def __init__(self, zebra, sock, number):
        self.zebra, self.socket, self.number = zebra, sock, number
        self.inbuf = b""
        self.queue = []          # (when, bytes): what is to be written
        self.families = set()    # of connected routes it subscribed to
        self.hears = not zebra.dialect.quagga  # of addresses and links
        self.wants_router_id = False
        self.open = True

    def say(self, name, data):
        """A whole message; the manners of the zebra may make something else of it."""
        manners = self.zebra.manners
        if not self.open or manners.mute:
            return
        if manners.cut == name:
            manners.cut = None
            self._put(data[:len(data) // 2], f"half a {name}")
            self._put(None, "")
            return
        if manners.garble:
            garbled = manners.garble(name, data)
            if garbled != data:
                self._put(garbled, f"{name}, garbled")
                return
        self.zebra.record.message(False, data, name)
        self._put(data)

    def _put(self, data, odd=None):
        if odd:
            self.zebra.record.bytes(False, data or b"", odd)
        manners = self.zebra.manners
        when = time.monotonic() + manners.delay
        if self.queue:
            when = max(when, self.queue[-1][0])
        pieces = [data]
        if manners.chunk and data:
            pieces = [data[i:i + manners.chunk] for i in range(0, len(data), manners.chunk)]
        for piece in pieces:
            self.queue.append((when, piece))
            when += manners.pause if manners.chunk else 0
        self.zebra.wake_at(self.queue[0][0])

    def flush(self):
        """Writes what is due. False: it is over."""
        while self.queue and self.queue[0][0] <= time.monotonic():
            when, data = self.queue[0]
            if data is None:
                return False
            try:
                sent = self.socket.send(data, socket.MSG_NOSIGNAL)
            except BlockingIOError:
                self.zebra.wake_at(time.monotonic() + 0.005)
                return True
            except OSError:
                return False
            self.queue[0] = (when, data[sent:])
            if not self.queue[0][1]:
                self.queue.pop(0)
        if self.queue:
            self.zebra.wake_at(self.queue[0][0])
        return True


class Zebra:
    """start(), die(), close(); every word may be called from the test's thread."""

    def __init__(self, dialect, path, namespace, record):
        self.path, self.namespace, self.record = pathlib.Path(path), namespace, record
        self.manners = Manners()
        self.connections = 0          # ever accepted
        self.requests = []            # (name, Request) of every route message, ever
        self.starts = 0
        self.alive = False
        self.faults = []              # what went wrong in the fake itself
        self._lock = threading.RLock()
        self._speak(dialect)
        self._kernel = None
        self._over = False
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._reader, selectors.EVENT_READ, self._woken)
        self._forget()
        self._thread = threading.Thread(target=self._run, name="fake zebra", daemon=True)
        self._thread.start()

    def _speak(self, dialect):
        self.dialect = DIALECTS[dialect]
        self.wire = Wire(self.dialect)
        self.record.dialect(dialect)

    def _forget(self):
        self._clients, self._timers, self._order = [], [], itertools.count()
        self._words = 0              # of the RIB that wait for their turn
        self.links, self.addresses = {}, {}
        self._listener = None
        self._router_id = "0.0.0.0"
        self.rib = None

    # -- for tests -------------------------------------------------------------------

    def start(self, dialect=None, keeping=False):
        """Listens. keeping: what clients had added is still there."""
        with self._lock:
            assert not self.alive
            before = self.rib
            self._forget()
            if dialect:
                self._speak(dialect)
            self.record.event("zebra starts")
            self.rib = Rib(self.dialect.habits, self._tell, self._rib_later, self._link_is_up)
            self._kernel = Kernel(self.namespace)
            for there, thing in self._kernel.snapshot():
                self._learn(there, thing)
            if keeping and before:
                self.rib.keep(before)
            self._selector.register(self._kernel, selectors.EVENT_READ, self._kernel_speaks)
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(self.path))
            self._listener.listen(BACKLOG)
            self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
            self.alive = True
            self.starts += 1
            self._wake()

    def die(self):
        """As by SIGKILL: no farewell."""
        with self._lock:
            if not self.alive:
                return
            self.record.event("zebra dies")
            self.alive = False
            for client in list(self._clients):
                self._hang_up(client, "zebra died")
            for thing in (self._listener, self._kernel):
                self._selector.unregister(thing)
                thing.close()
            self.path.unlink(missing_ok=True)
            self._timers = []

    def restart(self, dialect=None, keeping=False):
        with self._lock:
            self.die()
            self.start(dialect, keeping)

    def close(self):
        self.die()
        self._over = True
        self._wake()
        self._thread.join()
        for thing in (self._reader, self._writer, self._selector):
            thing.close()

    def entries(self, prefix):
        """Its connected entries, the best one first."""
        with self._lock:
            if not self.alive:
                return []
            route = self.rib.of(prefix)
            found = [e for e in route.entries if e.type == CONNECT]
            return sorted(found, key=lambda e: e is not route.best())

    def told(self, prefix):
        """The last word about it: (on, tag)."""
        with self._lock:
            return self.rib.of(prefix).told if self.alive else (False, 0)

    def settled(self):
        """Nothing waits to be told."""
        with self._lock:
            return not self.alive or not (
                self._words or any(c.queue for c in self._clients))

    def clients(self):
        with self._lock:
            return len(self._clients)

    def tell_untruly(self, prefix, tag=0):
        """+P of what it does not hold."""
        with self._lock:
            route = self.rib.of(prefix)
            entry = type("Untrue", (), {"ifindex": 1, "tag": tag, "metric": 0, "native": True})
            route.told = (True, tag)
            self._tell(True, prefix, entry, True)

    def inject(self, request):
        """A route message of another client."""
        with self._lock:
            (self.rib.delete if request.delete else self.rib.add)(request)

    def hang_up(self):
        """On all clients, though it lives."""
        with self._lock:
            for client in list(self._clients):
                self._hang_up(client, "zebra hangs up")

    def say(self, data, what):
        """Bytes to every client, as they are."""
        with self._lock:
            for client in self._clients:
                client._put(data, what)

    # -- the loop --------------------------------------------------------------------

    def later(self, seconds, call):
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._order), call))
        self._wake()

    def _rib_later(self, seconds, call):
        def turn():
            self._words -= 1
            call()
        self._words += 1
        self.later(seconds, turn)

    def wake_at(self, when):
        heapq.heappush(self._timers, (when, next(self._order), lambda: None))
        self._wake()

    def _wake(self):
        if threading.current_thread() is not self._thread:
            with contextlib.suppress(BlockingIOError):
                self._writer.send(b"!")

    def _woken(self):
        self._reader.recv(4096)

    def _run(self):
        while not self._over:
            with self._lock:
                wait = self._timers[0][0] - time.monotonic() if self._timers else None
            ready = self._selector.select(max(0, wait) if wait is not None else None)
            with self._lock:
                try:
                    self._turn(ready)
                except Exception as error:  # pylint: disable=broad-except
                    self.faults.append(repr(error))
                    self.record.event(f"THE FAKE FAILS: {error!r}")
                    raise

    def _turn(self, ready):
        starts = self.starts
        for key, _ in ready:
            # one of them may have been closed by the one before
            current = self._selector.get_map().get(key.fd)
            if current is not None and current.data == key.data and self.starts == starts:
                key.data()
        while self._timers and self._timers[0][0] <= time.monotonic():
            heapq.heappop(self._timers)[2]()
        for client in list(self._clients):
            if not client.flush():
                self._hang_up(client, "zebra hangs up")

    def _accept(self):
        sock, _ = self._listener.accept()
        sock.setblocking(False)
        self.connections += 1
        client = Connection(self, sock, self.connections)
        self._clients.append(client)
        self.record.session(client.number)
        if not self.manners.deaf:
            self._selector.register(sock, selectors.EVENT_READ, lambda: self._readable(client))
        if 5 <= self.dialect.release < 7 and not self.dialect.quagga:
            client.say("VRF_ADD", self.wire.vrf_add())

    def _hang_up(self, client, why):
        if not client.open:
            return
        if client.inbuf:
            self.record.bytes(True, client.inbuf, "left over")
        self.record.event(f"connection {client.number} ends: {why}")
        client.open = False
        self._clients.remove(client)
        with contextlib.suppress(KeyError):
            self._selector.unregister(client.socket)
        client.socket.close()

    # -- clients ---------------------------------------------------------------------

    def _readable(self, client):
        try:
            data = client.socket.recv(self.manners.reads)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._hang_up(client, "the client hangs up")
            return
        client.inbuf += data
        self._read(client)
        if client.open and self.manners.read_pause:
            self._selector.unregister(client.socket)
            self.later(self.manners.read_pause, lambda: self._read_again(client))

    def _read_again(self, client):
        if client.open:
            self._selector.register(client.socket, selectors.EVENT_READ,
                                    lambda: self._readable(client))

    def read_again(self):
        """Manners have changed: clients that were not read from are."""
        with self._lock:
            for client in self._clients:
                with contextlib.suppress(KeyError):
                    self._read_again(client)
            self._wake()

    def _read(self, client):
        while client.open:
            try:
                found = self.wire.cut(client.inbuf)
            except ValueError as error:
                self._hang_up(client, str(error))
                return
            if not found:
                return
            vrf, number, body, length = found
            whole, client.inbuf = client.inbuf[:length], client.inbuf[length:]
            name = self.wire.name.get(number, f"number {number}")
            self.record.message(True, whole, name)
            self._handle(client, vrf, name, body)

    def _handle(self, client, vrf, name, body):
        d = self.dialect
        if vrf and not d.quagga:
            if d.has(7.03):
                client.say("ERROR", self.wire.error(vrf, NO_VRF))
            return
        handler = getattr(self, "_got_" + name.lower(), None)
        if name in ROUTES:
            self._got_route(client, name, body)
        elif handler:
            handler(client, body)
        elif name not in HARMLESS and d.has(7.03):
            client.say("ERROR", self.wire.error(vrf, NO_HANDLER))

    def _got_hello(self, client, body):
        if self.wire.hello(body) and self.dialect.capabilities:
            client.say("CAPABILITIES", self.wire.capabilities())
            if self.dialect.has(7):
                client.say("VRF_ADD", self.wire.vrf_add())

    def _got_interface_add(self, client, _):
        client.hears = True
        for link in sorted(self.links.values(), key=lambda l: l.name):
            self._say_link(client, "INTERFACE_ADD", link)
            for address in self.addresses.values():
                if address.ifindex == link.ifindex and self._is_told(address):
                    client.say("ADDRESS_ADD", self.wire.address("ADDRESS_ADD", address))

    def _got_router_id_add(self, client, body):
        if self.dialect.has(7.05) and len(body) < 2:
            return
        client.wants_router_id = True
        if self._router_id != "0.0.0.0" or not self.dialect.has(8.01):
            client.say("ROUTER_ID_UPDATE", self.wire.router_id(self._router_id))

    def _got_redistribute_add(self, client, body):
        families, kind = self.wire.subscription(body) or ((), 0)
        for one in families if kind == CONNECT else ():
            if one in client.families:
                continue
            client.families.add(one)
            for prefix, entry in self.rib.known():
                if family(prefix) == one:
                    self._say_echo(client, True, prefix, entry, True)

    def _got_redistribute_delete(self, client, body):
        families, kind = self.wire.subscription(body) or ((), 0)
        if kind == CONNECT:
            client.families -= set(families)

    def _got_lookup(self, client, body, name="LOOKUP"):
        address = self.wire.lookup(name, body)
        if address:
            found = self.rib.match(address, holds)
            client.say(name, self.wire.answer(name, address, found))

    def _got_lookup6(self, client, body):
        self._got_lookup(client, body, "LOOKUP6")

    def _got_route(self, client, name, body):
        try:
            request = self.wire.route(name, body)
        except Refused as why:
            self.record.event(f"refused: {why}")
            return
        except AssertionError as why:
            self.record.event(str(why))
            self.die()
            return
        self.requests.append((name, request))
        if request.type == CONNECT or (request.type == LOCAL and self.dialect.habits.has_local):
            if not request.instance:
                (self.rib.delete if request.delete else self.rib.add)(request)
        if self.manners.dies_after is not None:
            self.manners.dies_after -= 1
            if self.manners.dies_after <= 0:
                self.manners.dies_after = None
                self.die()

    # -- words -----------------------------------------------------------------------

    def _tell(self, on, prefix, entry, selected):
        for client in self._clients:
            if family(prefix) in client.families:
                self._say_echo(client, on, prefix, entry, selected)

    def _say_echo(self, client, on, prefix, entry, selected):
        client.say("ECHO_ADD" if on else "ECHO_DEL", self.wire.echo(on, prefix, entry, selected))

    def _say_link(self, client, name, link):
        client.say(name, self.wire.interface(name, link))
        if self.dialect.has(9.01) and name in ("INTERFACE_ADD", "INTERFACE_UP"):
            client.say("LINK_PARAMS", self.wire.link_params(link))

    def _is_told(self, address):
        return self.dialect.quagga or not ipaddress.ip_address(address.ip).is_loopback

    # -- the kernel ------------------------------------------------------------------

    def _kernel_speaks(self):
        for there, thing in self._kernel.read():
            self._learn(there, thing)

    def _link_is_up(self, ifindex):
        return ifindex in self.links and self.links[ifindex].up

    def _learn(self, there, thing):
        if isinstance(thing, Link):
            self._learn_link(there, thing)
        elif isinstance(thing, Address):
            self._learn_address(there, thing)

    def _learn_link(self, there, link):
        before = self.links.get(link.ifindex)
        was_up = before is not None and before.up
        if there:
            self.links[link.ifindex] = link
        else:
            self.links.pop(link.ifindex, None)
        is_up = there and link.up
        if before is None:
            name = "INTERFACE_ADD"
        elif not there:
            name = "INTERFACE_DELETE"
        elif was_up != is_up:
            name = "INTERFACE_UP" if is_up else "INTERFACE_DOWN"
        else:
            return
        self.record.event(f"{link.name}: {name}")
        for client in self._clients:
            if client.hears:
                self._say_link(client, name, link)
        for address in list(self.addresses.values()):
            if address.ifindex == link.ifindex and was_up != is_up and self._is_routed(address):
                if is_up:
                    self.rib.address_added(address)
                else:
                    self.rib.address_gone(address, link_down=True)

    def _is_routed(self, address):
        ip = ipaddress.ip_address(address.ip)
        return not ip.is_loopback and ip not in SELF_MADE

    def _learn_address(self, there, address):
        before = self.addresses.get(address.key)
        if there and before == address or not there and before is None:
            return
        if before is not None:
            self._address_gone(before)
        if not there:
            return
        self.addresses[address.key] = address
        self.record.event(f"address {address.ip}/{address.bits} added to {address.ifindex}")
        self._find_router_id()
        self._say_address("ADDRESS_ADD", address)
        if self._link_is_up(address.ifindex) and self._is_routed(address):
            self.rib.address_added(address)

    def _address_gone(self, address):
        del self.addresses[address.key]
        self.record.event(f"address {address.ip}/{address.bits} removed from {address.ifindex}")
        self._find_router_id()
        self._say_address("ADDRESS_DELETE", address)
        if self._is_routed(address):
            self.rib.address_gone(address)

    def _say_address(self, name, address):
        if self._is_told(address):
            for client in self._clients:
                if client.hears:
                    client.say(name, self.wire.address(name, address))

    def _find_router_id(self):
        """That of an address on lo, if there is one; the highest."""
        found = [a for a in self.addresses.values() if ":" not in a.ip and self._is_routed(a)]
        lo = [a for a in found if a.ifindex == 1]
        ip = max((ipaddress.ip_address(a.ip) for a in lo or found),
                 default=ipaddress.ip_address("0.0.0.0"))
        if str(ip) == self._router_id:
            return
        self._router_id = str(ip)
        for client in self._clients:
            if client.wants_router_id:
                client.say("ROUTER_ID_UPDATE", self.wire.router_id(self._router_id))


# Numbers that a zebra takes and that change nothing here.
HARMLESS = {"REDISTRIBUTE_DEFAULT_ADD", "REDISTRIBUTE_DEFAULT_DELETE", "ROUTER_ID_DELETE",
            "NEXTHOP_REGISTER", "NEXTHOP_UNREGISTER", "SET_PROTODOWN", "NOTIFY_REQUEST"}
