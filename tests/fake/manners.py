"""Bad manners of a fake zebra: how it talks, when it dies, what it garbles."""

from dataclasses import dataclass
from typing import Callable

ROUTES = ("ROUTE_ADD", "ROUTE_DELETE", "ROUTE4_ADD", "ROUTE4_DELETE", "ROUTE6_ADD", "ROUTE6_DELETE")


@dataclass
class Manners:
    """All good unless told otherwise. May be changed at any time."""

    delay: float = 0.0          # s from a message to its answer or its word
    chunk: int = 0              # bytes in one write; 0: whole messages
    pause: float = 0.001        # s between such writes
    mute: bool = False          # accepts, reads, says nothing
    deaf: bool = False          # accepts and does not even read
    reads: int = 65536          # bytes in one read
    read_pause: float = 0.0     # s between reads
    dies_after: int | None = None  # … so many more route messages
    garble: Callable | None = None  # (name, bytes) -> the bytes in its place; None: hang up
    cut: str | None = None      # name of the message in whose middle it hangs up, once
