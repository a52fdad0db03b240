"""One lab with OSPF for all; for each test a Scene in it, and ns1 as a machine with an init script."""

import os
import pathlib
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "netns"), str(HERE.parents[1])]
# pylint: disable=wrong-import-position
from host import Host, installed
from lab import LabError
from lab.zanycast import program
from scene import Labs, pytest_runtest_makereport  # noqa: F401, a hook is found by its name

CASE = ("ospf", "tag")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if os.geteuid() != 0:
            item.add_marker(pytest.mark.skip(reason="namespaces need root"))


@pytest.fixture(scope="session")
def labs():
    try:
        program("zanycastd")
    except LabError as error:
        pytest.exit(f"{error}: tests/init/run --build DIR", 2)
    labs = Labs()
    yield labs
    labs.close()


@pytest.fixture(scope="session")
def stage():
    """What make install makes of the build."""
    with tempfile.TemporaryDirectory(prefix="zc-init-") as where:
        yield installed(pathlib.Path(where, "stage"))


@pytest.fixture
def scene(request, labs):
    """Two sites with running name servers at one router; nothing is announced."""
    with labs.scene(request.node, None, *CASE) as scene:
        conf = scene.ns1.zanycast.conf
        yield scene
        scene.ns1.zanycast.conf = conf


@pytest.fixture
def make_host(scene, stage):
    """make_host("debian", start="drained"): ns1 with that script and a service with these options;
    nothing runs."""
    hosts = []

    def make(kind, **service):
        hosts.append(Host(scene.ns1, kind, stage))
        scene.configure(**service)
        return hosts[-1]

    yield make
    for host in hosts:
        host.down()


@pytest.fixture(params=["debian", "redhat"])
def host(request, make_host):
    return make_host(request.param)


@pytest.fixture
def debian(make_host):
    return make_host("debian")
