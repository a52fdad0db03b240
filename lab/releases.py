"""Which FRR a lab runs: the host's own, or one that tests/frr/fetch brought into a folder."""

import functools
import os
import pathlib
import re
import subprocess

from .netns import LabError

LIBDIR = next((p for p in [pathlib.Path("/usr/libexec/frr")] if p.is_dir()),  # Red Hat's
              pathlib.Path("/usr/lib/frr"))
CACHE = pathlib.Path(os.environ.get("ZANYCAST_FRR_CACHE",
                                    pathlib.Path(__file__).parent.parent / ".cache" / "frr"))


class Release:
    """One FRR. root: the folder it runs in, as /, or None for the host's."""

    def __init__(self, root=None):
        self.root = root
        program = [LIBDIR / "zebra", "--version"]
        words = subprocess.run(["chroot", root, *program] if root else program, text=True,
                               capture_output=True, check=False).stdout
        match = re.search(r"zebra version (\S+)", words)
        if not match:
            raise LabError(f"no FRR in {root or LIBDIR}")
        self.name = match[1]
        self.number = tuple(int(n) for n in re.findall(r"\d+", self.name)[:2])

    def has(self, daemon):
        return ((self.root or pathlib.Path("/")) / LIBDIR.relative_to("/") / daemon).exists()

    def __str__(self):
        return self.name


@functools.cache
def release(name=None):
    """By the name that tests/frr/fetch knows; None: $ZANYCAST_FRR, else the host's."""
    name = name or os.environ.get("ZANYCAST_FRR")
    if not name:
        return Release()
    if not (CACHE / name / "release").exists():
        raise LabError(f"FRR {name} is not there: tests/frr/fetch {name}")
    return Release(CACHE / name)
