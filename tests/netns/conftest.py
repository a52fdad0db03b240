"""Fixtures that raise labs. Each is up before the test and gone after it, whatever happened in it."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
# pylint: disable=wrong-import-position
from lab import Lab, LabError
from lab.zanycast import program


def pytest_collection_modifyitems(items):
    if os.geteuid() != 0:
        skip = pytest.mark.skip(reason="namespaces need root")
        for item in items:
            item.add_marker(skip)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A test that fails shows what zanycastd said at each site."""
    outcome = yield
    report = outcome.get_result()
    if report.when != "call" or not report.failed:
        return
    for lab in getattr(item, "labs", ()):
        for site in lab.sites:
            report.sections.append((f"zanycastd of {site.name}", site.zanycast.log()[-6000:]))


@pytest.fixture(scope="session")
def zanycastd():
    """The path of the daemon; tests that need it are skipped where it is not built."""
    try:
        return program("zanycastd")
    except LabError as error:
        pytest.skip(str(error))


@pytest.fixture
def make_lab(request):
    """make_lab(proto=..., ...) raises a Lab (lab/network.py); as many as the test wants."""
    request.node.labs = labs = []

    def make(**kw):
        lab = Lab(**kw)
        labs.append(lab)
        return lab.__enter__()

    yield make
    for lab in labs:
        lab.down()


@pytest.fixture(params=["ospf", "rip"])
def proto(request):
    """The two protocols that every life and death is looked at in."""
    return request.param


@pytest.fixture(params=["access-list", "tag"])
def recipe(request):
    """The two recipes of redistribution (frr-configs/)."""
    return request.param


@pytest.fixture
def lab(make_lab, proto, recipe):
    """Two sites at one router, per protocol and recipe. zanycastd is not running yet."""
    return make_lab(proto=proto, recipe=recipe)
