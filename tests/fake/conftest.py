"""A namespace for each worker, a fresh stage for each test, a table of dialects and scenarios."""

import os
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "netns"), str(HERE.parents[1])]
# pylint: disable=wrong-import-position
import table
from dialects import DIALECTS
from lab import LabError
from lab.zanycast import program
from stage import Site, Stage


def pytest_generate_tests(metafunc):
    """Every test that takes a stage or a dialect runs for each one."""
    if {"stage", "dialect"} & {*metafunc.fixturenames}:
        metafunc.parametrize("dialect", DIALECTS, scope="session")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if os.geteuid() != 0:
            item.add_marker(pytest.mark.skip(reason="namespaces need root"))
        params = dict(item.callspec.params) if hasattr(item, "callspec") else {}
        if "dialect" in params:
            item.user_properties += [
                ("scenario", params["dialect"]), ("release", ""),
                ("case", item.originalname.removeprefix("test_"))]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A test that fails shows the daemon's words and every byte of zebra's socket."""
    outcome = yield
    report = outcome.get_result()
    stage = getattr(item, "stage", None)
    if stage and report.failed:
        report.sections += stage.last_words or stage.evidence()


def pytest_terminal_summary(terminalreporter):
    table.write(terminalreporter, "dialect", list(DIALECTS))


@pytest.fixture(scope="session")
def site():
    try:
        program("zanycastd")
    except LabError as error:
        pytest.exit(f"{error}: tests/fake/run --build DIR", 2)
    site = Site(f"zcfake{os.getpid()}")
    yield site
    site.close()


@pytest.fixture
def stage(request, site, dialect):
    """A fake zebra of the dialect, which does not yet run; nothing else."""
    stage = request.node.stage = Stage(site, dialect)
    try:
        yield stage
        stage.end()
    except BaseException:
        stage.last_words = stage.evidence()
        raise
    finally:
        stage.close()
