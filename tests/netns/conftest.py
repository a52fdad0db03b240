"""One lab per FRR, protocol and recipe, raised once per worker; a fresh Scene in it for each test.
A test that raises a lab of its own takes the FRR for it: version."""

import collections
import os
import pathlib
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
# pylint: disable=wrong-import-position
import table
from lab import LabError, release
from lab.zanycast import program
from scene import Labs, pytest_runtest_makereport  # noqa: F401, a hook is found by its name

PROTOCOLS = ("ospf", "rip")
RECIPES = ("access-list", "tag")
PARTS = 3  # workers that share one protocol and recipe


def pytest_addoption(parser):
    parser.addoption("--frr", default="", metavar="VERSION,...",
                     help="run all tests on these FRRs (tests/frr/fetch) in place of the host's")
    parser.addoption("--core-on", default="", metavar="VERSION,...",
                     help="run the core (@pytest.mark.core) on these, too")


def words(text):
    return [word for word in re.split("[ ,]+", text) if word]


def pytest_generate_tests(metafunc):
    """Every test that takes a scene runs for OSPF and RIP, by both recipes; a test that does not
    look at the network says so: @pytest.mark.once; one that must see zebra's program among the
    host's: @pytest.mark.host. Beside the FRR that has all of them there are those that have the
    core, and of its cases as many as show each protocol and each recipe."""
    marked = metafunc.definition.get_closest_marker
    whole = words(metafunc.config.getoption("frr")) or [None]
    if marked("host"):
        whole = [None]
    if "version" in metafunc.fixturenames:
        metafunc.parametrize("version", whole, scope="module", ids=[str(release(f)) for f in whole])
    if "scene" not in metafunc.fixturenames:
        return
    wanted = marked("only").args if marked("only") else ()
    cases = [(p, r) for p in PROTOCOLS for r in RECIPES if matches(p, r, wanted)]
    if marked("once"):
        cases = cases[:1]
    places = [(frr, *case) for frr in whole for case in cases]
    if marked("core"):
        diagonal = [c for c in zip(PROTOCOLS, reversed(RECIPES)) if c in cases] or cases[:1]
        there = {str(release(frr)) for frr in whole}
        places += [(frr, *case) for frr in words(metafunc.config.getoption("core_on"))
                   if str(release(frr)) not in there for case in diagonal]
    metafunc.parametrize("place", places, scope="session",
                         ids=["-".join([str(release(frr)), *case]) for frr, *case in places])


def matches(proto, recipe, wanted):
    """Is the case one of those named in @pytest.mark.only("rip", "tag")?"""
    return (proto in wanted or not {*PROTOCOLS} & {*wanted}) and \
           (recipe in wanted or not {*RECIPES} & {*wanted})


def parts(items):
    """{file: part}, the parts about equally long; the same in every worker."""
    sizes = collections.Counter(item.path.name for item in items)
    loads, part_of = [0] * PARTS, {}
    for name, size in sorted(sizes.items(), key=lambda s: (-s[1], s[0])):
        part_of[name] = loads.index(min(loads))
        loads[part_of[name]] += size
    return part_of


def group(item, key, frr, case):
    """Tests of one key share a lab, and so a worker. The others are facts for the table."""
    if key:
        item.add_marker(pytest.mark.xdist_group(key))
    item.user_properties += [("scenario", table.title(item)), ("release", frr), ("case", case)]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    part_of = parts(items)
    for item in items:
        if os.geteuid() != 0:
            item.add_marker(pytest.mark.skip(reason="namespaces need root"))
        params = item.callspec.params if hasattr(item, "callspec") else {}
        if "place" in params:
            frr, case = str(release(params["place"][0])), "-".join(params["place"][1:])
            item.lab_key = f"{part_of[item.path.name]}-{frr}-{case}"
            group(item, item.lab_key, frr, case)
        elif "version" in params:
            frr, shared = str(release(params["version"])), item.get_closest_marker("xdist_group")
            group(item, shared and f"{shared.args[0]}-{frr}", frr, "its own lab")
    items.sort(key=lambda item: getattr(item, "lab_key", ""))


def pytest_terminal_summary(terminalreporter):
    table.write(terminalreporter)


def pytest_configure(config):
    config.addinivalue_line("markers", "once: does not look at the network; one protocol will do")
    config.addinivalue_line("markers", "host: always on the host's own FRR")
    config.addinivalue_line("markers", "core: what every FRR is tried with")
    config.addinivalue_line("markers", "only(words): only for these protocols or recipes")


@pytest.fixture(scope="session")
def labs():
    """The lab that is up; asking for another kind takes it down."""
    try:
        program("zanycastd"), program("zanycastctl")
    except LabError as error:
        pytest.exit(f"{error}: tests/netns/run --build DIR", 2)
    labs = Labs()
    yield labs
    labs.close()


@pytest.fixture
def scene(request, labs, place):
    """Two sites with running name servers at one router; nothing is announced."""
    with labs.scene(request.node, *place) as scene:
        yield scene
