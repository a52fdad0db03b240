"""Links and addresses of a network namespace, as its kernel tells them."""

import ipaddress
import socket
import struct
from dataclasses import dataclass

RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR = 20, 21, 22
GROUPS = 0x1 | 0x10 | 0x100  # links, IPv4 and IPv6 addresses
NLM_F_REQUEST, NLM_F_DUMP, NLMSG_DONE = 0x1, 0x300, 3
IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_LINK = 1, 3, 4, 5
IFA_ADDRESS, IFA_LOCAL, IFA_FLAGS = 1, 2, 8
IFA_F_NOPREFIXROUTE, IFA_F_TENTATIVE = 0x200, 0x40
IFF_UP = 0x1
ARPHRD_ETHER, ARPHRD_LOOPBACK = 1, 772


@dataclass(frozen=True)
class Link:
    ifindex: int
    name: str
    flags: int
    mtu: int
    mac: bytes
    peer: int  # ifindex of the link below
    kind: int  # ARPHRD_

    @property
    def up(self):
        return bool(self.flags & IFF_UP)


@dataclass(frozen=True)
class Address:
    ifindex: int
    ip: str
    bits: int
    noprefixroute: bool = False

    @property
    def network(self):
        return str(ipaddress.ip_network(f"{self.ip}/{self.bits}", strict=False))

    @property
    def host(self):
        return str(ipaddress.ip_network(self.ip))

    @property
    def key(self):
        return self.ifindex, self.ip, self.bits


def attributes(data):
    """{type: bytes} of a row of attributes."""
    found = {}
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        if size < 4:
            break
        found[kind & 0x3fff] = data[4:size]
        data = data[(size + 3) & ~3:]
    return found


def link(body):
    _, kind, index, flags, _ = struct.unpack_from("=BxHiII", body)
    attrs = attributes(body[16:])
    word = lambda a: struct.unpack("=I", attrs[a])[0] if a in attrs else 0
    mac = attrs.get(IFLA_ADDRESS, b"") if kind != ARPHRD_LOOPBACK else b""
    return Link(index, attrs.get(IFLA_IFNAME, b"?").rstrip(b"\0").decode(), flags,
                word(IFLA_MTU), mac, word(IFLA_LINK), kind)


def address(body):
    """The Address, or None for one that is not yet usable."""
    _, bits, flags, _, index = struct.unpack_from("=BBBBI", body)
    attrs = attributes(body[8:])
    if IFA_FLAGS in attrs:
        flags = struct.unpack("=I", attrs[IFA_FLAGS])[0]
    ip = ipaddress.ip_address(attrs.get(IFA_LOCAL, attrs.get(IFA_ADDRESS)))
    if flags & IFA_F_TENTATIVE:
        return None
    return Address(index, str(ip), bits, bool(flags & IFA_F_NOPREFIXROUTE))


class Kernel:
    """fileno() for select; read() yields (True: is there, False: went; Link or Address)."""

    def __init__(self, namespace):
        with namespace.entered():
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.bind((0, GROUPS))
        self._dumps = [RTM_GETLINK, RTM_GETADDR]
        self._ask()

    def fileno(self):
        return self._socket.fileno()

    def close(self):
        self._socket.close()

    def snapshot(self):
        """All there is now; to be called once, before the first read()."""
        found = []
        while self._dumps:
            found += self.read()
        return found

    def _ask(self):
        self._socket.send(struct.pack("=IHHIIB3x", 20, self._dumps[0],
                                      NLM_F_REQUEST | NLM_F_DUMP, 1, 0, 0))

    def read(self):
        data, found = self._socket.recv(1 << 18), []
        while len(data) >= 16:
            length, kind = struct.unpack_from("=IH", data)
            body = data[16:length]
            if kind == NLMSG_DONE:
                self._dumps.pop(0)
                if self._dumps:
                    self._ask()
            elif kind in (RTM_NEWLINK, RTM_DELLINK) and body[0] == socket.AF_UNSPEC:
                found.append((kind == RTM_NEWLINK, link(body)))
            elif kind in (RTM_NEWADDR, RTM_DELADDR):
                found.append((kind == RTM_NEWADDR, address(body)))
            data = data[(length + 3) & ~3:]
        return [f for f in found if f[1]]
