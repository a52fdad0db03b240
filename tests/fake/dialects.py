"""The dialects of ZAPI and the habits of the zebras that speak them, as data.

Written from what is known of the protocol, not from zapi/dialect.c, so that the two can be held
against each other: what both say is right, or wrong twice in the same way.
"""

from dataclasses import dataclass

CONNECT = 2


@dataclass(frozen=True)
class Habits:
    """How a zebra keeps its routes, and what it tells of them. +P, -P: a route came, went."""

    name: str
    delete_needs_nexthop: bool = False
    delete_checks_ifindex: bool = False
    has_local: bool = False         # an address makes an entry of type LOCAL beside CONNECT
    stacks: bool = True             # equal adds stand beside each other
    double_add_silent: bool = False  # two adds in one write are told to nobody
    native_late: bool = True        # the entry of an address is told behind our messages (T1)
    native_joins: bool = False      # … and where there is an entry, it only counts one more
    counts6: bool = False           # IPv6: so does an equal add of ours
    unselected_echo: bool = False   # a second entry is told, too, not marked as selected
    repeats: bool = False           # the best is told again when the one beside it goes
    repeats_native: bool = False    # … and when one comes beside that of an address
    end_lies: bool = False          # -P for one of two entries, and nothing for the one that stays
    noprefixroute_connects: bool = True
    told_twice: tuple = (True, True)  # the end of an address' entry, IPv4 and IPv6


OLD = {"delete_needs_nexthop": True, "native_joins": True, "end_lies": True,
       "told_twice": (True, False)}
QUAGGA_0_99 = Habits("Quagga 0.99", counts6=True, delete_checks_ifindex=True, **OLD)
QUAGGA_1_0 = Habits("Quagga 1.0", counts6=True, **OLD)
QUAGGA_1_1 = Habits("Quagga 1.1-", **OLD)
FRR_2 = Habits("FRR 2.0, 3.0", **OLD)
FRR_4 = Habits("FRR 4.0-7.0", end_lies=True)
FRR_7_1 = Habits("FRR 7.1-7.4", native_late=False, unselected_echo=True, repeats=True)
FRR_7_5 = Habits("FRR 7.5-9.1", native_late=False, double_add_silent=True, repeats=True,
                 repeats_native=True)
FRR_10_0 = Habits("FRR 10.0, 10.1", native_late=False, double_add_silent=True, repeats=True,
                  repeats_native=True, has_local=True, noprefixroute_connects=False)
FRR_10_2 = Habits("FRR 10.2-", has_local=True, stacks=False, noprefixroute_connects=False)


@dataclass(frozen=True)
class Dialect:
    """Numbers, widths and forms. A number of None: there is no such message."""

    name: str
    serves: str
    habits: Habits
    version: int
    hello: int                  # length of its body
    numbers: dict               # by name, see NAMES
    release: float              # the first one, to compare with
    capabilities: int | None = None
    selected: int = 0x08
    bits: dict | None = None
    nexthops: str = "old"       # old A B C D32 D64

    @property
    def quagga(self):
        return self.version < 4

    @property
    def old(self):
        """A route command for each family?"""
        return self.version < 5

    @property
    def marker(self):
        return 0xff if self.quagga else 0xfe

    @property
    def header(self):
        return {2: 6, 3: 8, 4: 8}.get(self.version, 10)

    @property
    def longest(self):
        """A message that claims to be longer ends the connection."""
        return 4096 if self.version < 5 or self.name == "frr-4" else 16384

    @property
    def wide(self):
        """The message bits of a route are u32."""
        return self.release >= 7.05

    def has(self, release):
        """Is it FRR of this release or later? 7.5 is written 7.05, 10.2 10.02."""
        return not self.quagga and self.release >= release


OLD_BITS = {"nexthop": 1, "ifindex": 2, "distance": 4, "metric": 8}
NEW_BITS = {"nexthop": 1, "distance": 2, "metric": 4, "tag": 8, "mtu": 0x10, "srcprefix": 0x20}


def bits(version, release):
    """What the bits of a route's message field mean; 8.0 moved those above 40."""
    if version == 2:
        return OLD_BITS
    if version == 3:
        return OLD_BITS | {"mtu": 0x10} | ({"tag": 0x20} if release > 1 else {})
    if version == 4:
        return OLD_BITS | {"tag": 0x10, "mtu": 0x20} | ({"srcprefix": 0x40} if release == 3 else {})
    found = dict(NEW_BITS)
    if release <= 7.02:
        found["label"] = 0x40
    if release >= 7.04:
        found["backup"] = 0x40
    if release >= 8:
        return found | {"group": 0x80, "table": 0x100, "srte": 0x200, "opaque": 0x400}
    if release >= 5:
        found["table"] = 0x80
    if release == 7.05:
        found["srte"] = 0x100
    return found


# What follows from the numbers of the table: (name, the column, how far behind it).
DERIVED = (
    ("ROUTE_DELETE", "ROUTE_ADD", 1), ("REDISTRIBUTE_DELETE", "REDISTRIBUTE_ADD", 1),
    ("REDISTRIBUTE_DEFAULT_ADD", "REDISTRIBUTE_ADD", 2),
    ("REDISTRIBUTE_DEFAULT_DELETE", "REDISTRIBUTE_ADD", 3),
    ("ROUTER_ID_DELETE", "ROUTER_ID_ADD", 1), ("ROUTER_ID_UPDATE", "ROUTER_ID_ADD", 2),
    ("NEXTHOP_UNREGISTER", "NEXTHOP_REGISTER", 1), ("NEXTHOP_UPDATE", "NEXTHOP_REGISTER", 2),
    ("ECHO_DEL", "ECHO_ADD", 1))
INTERFACES = ("INTERFACE_ADD", "INTERFACE_DELETE", "ADDRESS_ADD", "ADDRESS_DELETE",
              "INTERFACE_UP", "INTERFACE_DOWN")
COLUMNS = ("ROUTE_ADD", "REDISTRIBUTE_ADD", "ROUTER_ID_ADD", "HELLO", "CAPABILITIES",
           "NEXTHOP_REGISTER", "ECHO_ADD", "VRF_ADD", "LOOKUP", "LINK_PARAMS", "ERROR")


def numbers(version, release, columns):
    """{name: number} of a row. Old forms have four commands: IPv4 add, delete, IPv6 add, delete."""
    first = 1 if version < 4 else 0
    found = {name: first + i for i, name in enumerate(INTERFACES)}
    found |= {name: n for name, n in zip(COLUMNS, columns) if n is not None}
    found |= {name: found[base] + n for name, base, n in DERIVED if base in found}
    if version < 4:
        found["LOOKUP6"] = found["LOOKUP"] + 1
    if release >= 7.02:
        found["SET_PROTODOWN"] = 8 if release >= 10 else 7
    if release >= 8:
        found["NOTIFY_REQUEST"] = found["ERROR"] + 6
    if version < 5:
        del found["ROUTE_DELETE"], found["ECHO_DEL"]
        found |= {f"{word}{family}_{verb}": found[word + "_ADD"] + i + 2 * j
                  for word in ("ROUTE", "ECHO")
                  for j, family in enumerate((4, 6)) for i, verb in enumerate(("ADD", "DELETE"))}
        del found["ROUTE_ADD"], found["ECHO_ADD"]
    return found


N = None
# name, serves, habits, version, hello, capabilities, nexthops, release, numbers in COLUMNS' order
ROWS = (
    ("quagga-0.99", "Quagga 0.99.21-0.99.24", QUAGGA_0_99, 2, 1, N, "old", 0.99,
     (7, 11, 20, 23, N, N, 7, N, 15, N, N)),
    ("quagga-1.0", "Quagga 1.0", QUAGGA_1_0, 3, 1, N, "old", 1,
     (7, 11, 20, 23, N, N, 7, N, 15, N, N)),
    ("quagga-1.1", "Quagga 1.1, 1.2", QUAGGA_1_1, 3, 1, N, "old", 1.01,
     (7, 11, 20, 23, N, 27, 7, N, 15, 26, N)),
    ("frr-2", "FRR 2.0", FRR_2, 4, 3, N, "old", 2,
     (6, 10, 14, 17, N, 18, 32, 37, 43, 44, N)),
    ("frr-3", "FRR 3.0", FRR_2, 4, 3, N, "old", 3,
     (6, 10, 14, 17, N, 18, 32, 37, 43, 44, N)),
    ("frr-4", "FRR 4.0", FRR_4, 5, 4, N, "A", 4,
     (7, 14, 18, 21, N, 22, 36, 39, 45, 46, N)),
    ("frr-5", "FRR 5.0", FRR_4, 5, 4, 5, "B", 5,
     (7, 14, 18, 21, 22, 23, 37, 40, 47, 48, N)),
    ("frr-6", "FRR 6.0", FRR_4, 6, 4, 5, "B", 6,
     (7, 10, 14, 17, 18, 19, 33, 36, 44, 45, N)),
    ("frr-7.0", "FRR 7.0", FRR_4, 6, 4, 9, "B", 7,
     (7, 10, 14, 17, 18, 19, 32, 35, 43, 44, N)),
    ("frr-7.1", "FRR 7.1", FRR_7_1, 6, 4, 10, "C", 7.01,
     (7, 10, 14, 17, 18, 19, 32, 35, 43, 44, N)),
    ("frr-7.2", "FRR 7.2", FRR_7_1, 6, 4, 10, "C", 7.02,
     (8, 11, 15, 18, 19, 20, 33, 36, 44, 45, N)),
    ("frr-7.3", "FRR 7.3", FRR_7_1, 6, 4, 10, "D32", 7.03,
     (8, 11, 15, 18, 19, 20, 33, 36, 44, 45, 105)),
    ("frr-7.4", "FRR 7.4", FRR_7_1, 6, 9, 10, "D32", 7.04,
     (8, 11, 15, 18, 19, 20, 33, 36, 44, 45, 105)),
    ("frr-7.5", "FRR 7.5", FRR_7_5, 6, 9, 10, "D32", 7.05,
     (8, 11, 15, 18, 19, 20, 33, 36, 44, 45, 112)),
    ("frr-8.0", "FRR 8.0", FRR_7_5, 6, 9, 10, "D32", 8,
     (8, 11, 15, 18, 19, 20, 33, 36, 44, 45, 117)),
    ("frr-8.1", "FRR 8.1", FRR_7_5, 6, 9, 10, "D32", 8.01,
     (8, 11, 15, 18, 19, 20, 33, 36, 44, 45, 121)),
    ("frr-8.2", "FRR 8.2", FRR_7_5, 6, 9, 10, "D32", 8.02,
     (8, 11, 15, 18, 19, 20, 30, 33, 41, 42, 118)),
    ("frr-8.3", "FRR 8.3, 8.4, 8.5, 9.0", FRR_7_5, 6, 9, 10, "D32", 8.03,
     (8, 11, 15, 18, 19, 20, 30, 33, 41, 42, 118)),
    ("frr-9.1", "FRR 9.1", FRR_7_5, 6, 9, 11, "D32", 9.01,
     (8, 11, 15, 18, 19, 20, 30, 33, 40, 41, 117)),
    ("frr-10.0", "FRR 10.0", FRR_10_0, 6, 8, 11, "D32", 10,
     (9, 12, 16, 19, 20, 21, 31, 34, 41, 42, 118)),
    ("frr-10.1", "FRR 10.1", FRR_10_0, 6, 8, 11, "D64", 10.01,
     (9, 12, 16, 19, 20, 21, 31, 34, 41, 42, 118)),
    ("frr-10.2", "FRR 10.2", FRR_10_2, 6, 8, 12, "D64", 10.02,
     (9, 12, 16, 19, 20, 21, 31, 33, 40, 41, 120)),
    ("frr-10.3", "FRR 10.3, 10.4", FRR_10_2, 6, 8, 12, "D64", 10.03,
     (9, 12, 16, 19, 20, 21, 31, 33, 40, 41, 120)),
    ("frr-10.5", "FRR 10.5", FRR_10_2, 6, 8, 12, "D64", 10.05,
     (9, 12, 16, 19, 20, 21, 31, 33, 40, 41, 120)),
    ("frr-10.6", "FRR 10.6, 10.7, 10.8-dev", FRR_10_2, 6, 8, 9, "D64", 10.06,
     (9, 12, 16, 19, 20, 21, 31, 33, 40, 41, 120)),
)


def _dialect(name, serves, habits, version, hello, capabilities, nexthops, release, columns):
    return Dialect(
        name=name, serves=serves, habits=habits, version=version, hello=hello,
        capabilities=capabilities, nexthops=nexthops, release=release,
        selected=0x10 if release < 7 else 0x08, bits=bits(version, release),
        numbers=numbers(version, release, columns))


DIALECTS = {row[0]: _dialect(*row) for row in ROWS}
