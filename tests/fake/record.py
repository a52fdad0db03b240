"""Every byte of a fake zebra's connections, in the form of tests/golden: "> hex" goes to zebra,
"< hex" comes from it, one message a line; what is no whole message is a comment."""

import pathlib
import time


class Record:
    def __init__(self, path, title):
        self.path = pathlib.Path(path)
        self._began = time.monotonic()
        self._file = self.path.open("w", encoding="utf-8", buffering=1)
        self._line(f"# {title}\n# \"> hex\" goes to zebra, \"< hex\" comes from it; when, in s.")

    def close(self):
        self._file.close()

    def dialect(self, name):
        self._line(f"dialect {name}")

    def session(self, number):
        self._line("session")
        self.event(f"connection {number}")

    def message(self, to_zebra, data, name):
        self._line(f"{'>' if to_zebra else '<'} {data.hex()}  # {name} {self._now()}")

    def bytes(self, to_zebra, data, why):
        """What cannot be read as a message."""
        where = "to" if to_zebra else "from"
        self._line(f"# {len(data)} bytes {where} zebra, {why}: {data.hex()} {self._now()}")

    def event(self, text):
        self._line(f"# {text} {self._now()}")

    def text(self):
        return self.path.read_text(encoding="utf-8")

    def _now(self):
        return f"+{time.monotonic() - self._began:.3f}"

    def _line(self, text):
        if not self._file.closed:
            self._file.write(text + "\n")
