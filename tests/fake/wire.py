"""The bytes of a dialect: what a zebra reads and what it writes. Nothing of zapi/ is used here."""

import ipaddress
import struct
import sys
from dataclasses import dataclass, field

from dialects import CONNECT
from kernel import ARPHRD_LOOPBACK

AF_INET, AF_INET6 = 2, 10
IFINDEX = 1  # type of a nexthop
WEIGHT, LABEL, BACKUP = 0x04, 0x02, 0x08  # flags of a nexthop
LL_LOOPBACK, LL_OTHER, ZIF_VETH = 30, 1, 6
TABLE_MAIN, BANDWIDTH = 254, 10000
PARTS_OLD = ("distance", "metric", "mtu", "tag")  # Quagga; FRR has the tag before the MTU


class Refused(Exception):
    """The message is understood so far that it is thrown away."""


class Reader:
    """Big-endian fields; past the end there are zeros, and `short` says so."""

    def __init__(self, data):
        self.data, self.short = data, False

    def bytes(self, n):
        taken, self.data = self.data[:n], self.data[n:]
        self.short = self.short or len(taken) < n
        return taken.ljust(n, b"\0")

    def take(self, width):
        return int.from_bytes(self.bytes(width), "big")


@dataclass
class Request:
    """A route that a client adds or deletes."""

    delete: bool
    type: int
    prefix: str
    nexthops: list = field(default_factory=list)  # (type, ifindex)
    instance: int = 0
    metric: int = 0
    tag: int = 0


def host_order(n):
    return n.to_bytes(4, sys.byteorder)


def packed(prefix):
    """Length of a prefix, and as many bytes as it needs."""
    net = ipaddress.ip_network(prefix)
    return bytes([net.prefixlen]) + net.network_address.packed[:(net.prefixlen + 7) // 8]


def family(prefix):
    return AF_INET6 if ":" in prefix else AF_INET


class Wire:
    """One dialect's encoder and decoder."""

    def __init__(self, dialect):
        self.dialect = dialect
        self.number = dialect.numbers
        self.name = {}
        for name, number in dialect.numbers.items():
            self.name.setdefault(number, name)

    # -- headers ---------------------------------------------------------------------

    def message(self, name, body=b"", vrf=0):
        """A whole message from zebra."""
        d = self.dialect
        head = struct.pack(">HBB", d.header + len(body), d.marker, d.version)
        vrf = {6: b"", 8: struct.pack(">H", vrf & 0xffff), 10: struct.pack(">I", vrf)}[d.header]
        return head + vrf + struct.pack(">H", self.number[name]) + body

    def cut(self, data):
        """(vrf, number, body, length) of the first message; None: wait; ValueError: hang up."""
        d = self.dialect
        if len(data) < d.header:
            return None
        length, marker, version = struct.unpack_from(">HBB", data)
        if (marker, version) != (d.marker, d.version):
            raise ValueError("marker or version is another's")
        if not d.header <= length <= d.longest:
            raise ValueError(f"length {length}")
        if len(data) < length:
            return None
        vrf = int.from_bytes(data[4:d.header - 2], "big")
        number = int.from_bytes(data[d.header - 2:d.header], "big")
        return vrf, number, data[d.header:length], length

    # -- what clients send -----------------------------------------------------------

    def hello(self, body):
        """Does it want CAPABILITIES? None: too short, ignored."""
        d = self.dialect
        if len(body) < d.hello:
            return None
        return not (d.hello >= 8 and body[d.hello - 1])

    def subscription(self, body):
        """(families, type) of REDISTRIBUTE_ADD or _DELETE; None: ignored."""
        if self.dialect.quagga:
            return ((AF_INET, AF_INET6), body[0]) if body else None
        if len(body) < 4 or body[0] not in (1, 2) or not body[1]:
            return None
        return (AF_INET6 if body[0] == 2 else AF_INET,), body[1]

    def route(self, name, body):
        """The Request; Refused."""
        r = Reader(body)
        if self.dialect.old:
            request = self._old_route(r, AF_INET6 if "6" in name else AF_INET, "DELETE" in name)
        else:
            request = self._unified(r, name == "ROUTE_DELETE")
        if r.short and self.dialect.quagga:
            raise AssertionError("zebra of Quagga reads past the end")
        if r.short and self.dialect.has(7.02):
            raise Refused("too short")
        return request

    def _prefix(self, r, fam):
        length, width = r.take(1), 4 if fam == AF_INET else 16
        if length > 8 * width:
            raise Refused(f"prefix length {length}")
        address = r.bytes((length + 7) // 8).ljust(width, b"\0")
        return str(ipaddress.ip_network((address, length), strict=False))

    def _old_route(self, r, fam, delete):
        frr, bits = not self.dialect.quagga, self.dialect.bits
        kind = r.take(1)
        instance = r.take(2) if frr else 0
        r.take(4 if frr else 1)
        message = r.take(1)
        r.take(2)
        request = Request(delete, kind, self._prefix(r, fam), instance=instance)
        if message & bits.get("srcprefix", 0) and fam == AF_INET6:
            self._prefix(r, fam)
        if message & bits["nexthop"]:
            for _ in range(r.take(1)):
                request.nexthops.append(self._old_nexthop(r, r.take(1)))
        if message & bits["distance"]:
            r.take(1)
        if message & bits["metric"]:
            request.metric = r.take(4)
        for part in ("tag", "mtu") if frr else ("mtu", "tag"):
            if message & bits.get(part, 0):
                value = r.take(4)
                request.tag = value if part == "tag" else request.tag
        return request

    def _old_nexthop(self, r, kind):
        q = self.dialect.quagga
        if kind == IFINDEX:
            return kind, r.take(4)
        if kind == (3 if q else 2):
            r.take(4)
        elif kind == (4 if q else 3):
            r.take(4)
            return kind, r.take(4)
        elif kind == (6 if q else 4):
            r.take(16)
        elif kind != (9 if q else 6):
            raise Refused(f"nexthop type {kind}")
        return kind, 0

    def _unified(self, r, delete):
        d = self.dialect
        kind, instance, flags = r.take(1), r.take(2), r.take(4)
        message = r.take(4 if d.wide else 1)
        r.take(1)
        if flags & 0x400 and not d.has(6):
            r.bytes(6)
        fam = r.take(1)
        if fam not in (AF_INET, AF_INET6):
            raise Refused(f"family {fam}")
        request = Request(delete, kind, self._prefix(r, fam), instance=instance)
        has = lambda part: message & d.bits.get(part, 0)
        if has("srcprefix"):
            self._prefix(r, fam)
        if has("group"):
            r.take(4)
        if has("nexthop"):
            request.nexthops = self._nexthops(r, message, flags)
        if has("backup"):
            self._nexthops(r, message, flags)
        if has("distance"):
            r.take(1)
        if has("metric"):
            request.metric = r.take(4)
        if has("tag"):
            request.tag = r.take(4)
        if not delete and not has("nexthop") and d.has(7.01):
            raise Refused("no nexthop")
        return request

    def _nexthops(self, r, message, flags):
        form, found = self.dialect.nexthops, []
        count = r.take(2)
        if form == "A" and count:
            r.take(4)
        for _ in range(count):
            if r.short:
                break
            found.append(self._nexthop(r, form, message, flags))
        return found

    def _nexthop(self, r, form, message, flags):
        if form != "A":
            r.take(4)
        kind = r.take(1)
        own = r.take(1) if form in ("C", "D32", "D64") else 0
        wide = form[0] == "D"
        if not 1 <= kind <= 6:
            raise Refused(f"nexthop type {kind}")
        ifindex = 0
        if kind in (2, 3):
            r.take(4)
        elif kind in (4, 5):
            r.take(16)
        elif kind == 6:
            r.take(1)
        if kind in (1, 3, 5) or (wide and kind in (2, 4)):
            ifindex = r.take(4)
        if not wide:
            if message & self.dialect.bits.get("label", 0):
                r.bytes(4 * r.take(1))
            if flags & (0x20 if self.dialect.has(7) else 0x400) and self.dialect.has(6):
                r.bytes(6)
        elif own & WEIGHT:
            r.take(8 if form == "D64" else 4)
        return kind, ifindex

    def lookup(self, name, body):
        """The address asked for, or None."""
        d, r = self.dialect, Reader(body)
        width = 16 if name == "LOOKUP6" else 4
        if d.has(8.03):
            width = {AF_INET: 4, AF_INET6: 16}.get(r.take(2))
        address = r.bytes(width) if width else None
        if d.has(10.03):
            r.take(1)
        return None if address is None or r.short else str(ipaddress.ip_address(address))

    # -- what zebra sends ------------------------------------------------------------

    def capabilities(self):
        d = self.dialect
        backend = b"" if not d.has(7) else bytes(1) if d.has(10.06) else bytes(4)
        body = backend + bytes(1) + struct.pack(">I", 16)
        return self.message("CAPABILITIES", body.ljust(d.capabilities, b"\0"))

    def vrf_add(self):
        d = self.dialect
        name = b"default" if d.has(7) else b"Default-IP-Routing-Table"
        netns = 36 if d.has(8) else 16
        body = host_order(TABLE_MAIN) + bytes(netns) + name.ljust(36, b"\0")
        return self.message("VRF_ADD", body)

    def error(self, vrf, number):
        return self.message("ERROR", host_order(number), vrf)

    def interface(self, name, link):
        """INTERFACE_ADD, _DELETE, _UP, _DOWN."""
        d = self.dialect
        word = lambda n: struct.pack(">I", n)
        loopback = link.kind == ARPHRD_LOOPBACK
        body = link.name.encode().ljust(16 if d.has(8.03) else 20, b"\0") + word(link.ifindex)
        body += bytes([5 if d.release > 1 else 1]) + struct.pack(">Q", link.flags)
        body += (b"" if d.quagga else b"\0\2") + word(0)
        body += word(0 if loopback else BANDWIDTH) if d.has(3) else b""
        body += word(1000) if d.has(9.01) else b""
        body += word(link.mtu) * 2 + word(0)
        body += word(link.peer) if d.has(7.02) else b""
        body += word(0 if loopback else ZIF_VETH) if d.has(10.06) else b""
        body += word(LL_LOOPBACK if loopback else LL_OTHER) if d.version > 2 else b""
        body += word(len(link.mac)) + link.mac
        body += b"\0" if d.release > 1 else b""
        return self.message(name, body)

    def link_params(self, link):
        return self.message("LINK_PARAMS", struct.pack(">IB", link.ifindex, 0))

    def address(self, name, address):
        """ADDRESS_ADD, _DELETE."""
        ip = ipaddress.ip_address(address.ip)
        flags = 8 if address.noprefixroute and self.dialect.has(10) else 0
        return self.message(name, struct.pack(">IBB", address.ifindex, flags, family(address.ip))
                            + ip.packed + bytes([address.bits]) + bytes(len(ip.packed)))

    def router_id(self, ip):
        body = bytes([AF_INET]) + ipaddress.ip_address(ip).packed + bytes([32])
        return self.message("ROUTER_ID_UPDATE", body)

    def echo(self, on, prefix, entry, selected=True):
        """A redistributed route, told to a subscriber."""
        return self._old_echo(on, prefix, entry) if self.dialect.old else \
            self._new_echo(on, prefix, entry, selected)

    def _old_echo(self, on, prefix, entry):
        d = self.dialect
        values = {"distance": b"\0", "metric": struct.pack(">I", entry.metric), "mtu": bytes(4),
                  "tag": struct.pack(">I", entry.tag)}
        if not entry.tag:
            del values["tag"]
        order = PARTS_OLD if d.quagga else ("distance", "metric", "tag", "mtu")
        parts = [] if d.quagga and not on else [p for p in order if p in values and p in d.bits]
        message = d.bits["nexthop"] | d.bits["ifindex"] | sum(d.bits[p] for p in parts)
        head = bytes([CONNECT]) + (b"" if d.quagga else bytes(2))
        flags = struct.pack(">B" if d.quagga else ">I", d.selected)
        gateway = bytes(16 if ":" in prefix else 4)
        body = head + flags + bytes([message]) + packed(prefix) + b"\1" + gateway \
            + b"\1" + struct.pack(">I", entry.ifindex) + b"".join(values[p] for p in parts)
        verb = "ADD" if on else "DELETE"
        return self.message(f"ECHO{6 if ':' in prefix else 4}_{verb}", body)

    def _new_echo(self, on, prefix, entry, selected):
        d = self.dialect
        message = sum(d.bits[p] for p in ("nexthop", "distance", "metric", "mtu"))
        message |= d.bits["tag"] if entry.tag else 0
        flags = d.selected if selected else 0
        body = struct.pack(">BHI", CONNECT, 0, flags) + message.to_bytes(4 if d.wide else 1, "big")
        body += bytes([1 if d.has(7.01) else 0, family(prefix)]) + packed(prefix)
        nexthop = struct.pack(">IB", 0, IFINDEX)
        weighs = d.nexthops[0] == "D" and (not entry.native or d.has(10.02))
        if d.nexthops == "C":
            nexthop += b"\0"
        elif d.nexthops[0] == "D":
            nexthop += bytes([WEIGHT if weighs else 0])
        nexthop += struct.pack(">I", entry.ifindex)
        if weighs:
            nexthop += (1).to_bytes(8 if d.nexthops == "D64" else 4, "big")
        body += struct.pack(">H", 1) + nexthop + b"\0" + struct.pack(">I", entry.metric)
        body += struct.pack(">I", entry.tag) if entry.tag else b""
        return self.message("ECHO_ADD" if on else "ECHO_DEL", body + bytes(4))

    def answer(self, name, address, found):
        """To a LOOKUP; found: (prefix, entry) or None."""
        d = self.dialect
        ip = ipaddress.ip_address(address)
        body = struct.pack(">H", family(address)) if d.has(8.03) else b""
        body += ip.packed + (b"" if d.quagga else b"\0")
        body += struct.pack(">I", found[1].metric if found else 0)
        if d.has(10.03):
            body += struct.pack(">H", ipaddress.ip_network(found[0]).prefixlen if found else 0)
        if d.has(10.05):
            body += struct.pack(">II", found[1].type if found else 0, 0)
        body += (1 if found else 0).to_bytes(2 if d.has(10.03) else 1, "big")
        if found:
            body += (bytes(4) if d.has(7) else b"") + struct.pack(">BI", IFINDEX, found[1].ifindex)
        return self.message(name, body)
