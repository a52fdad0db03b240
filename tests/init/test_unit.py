"""zanycast.service, as systemd reads it."""

import pytest

from host import found
from lab.netns import run


@pytest.fixture
def unit(stage, tmp_path):
    """The installed one, with the program where make install has put it."""
    text = found(stage, "zanycast.service").read_text()
    program = found(stage, "zanycastd")
    where = "/" + str(program.relative_to(stage))
    assert text.count(where) >= 2
    path = tmp_path / "zanycast.service"
    path.write_text(text.replace(where, str(program)))
    return path


def test_verify(unit):
    """systemd-analyze verify has nothing to say"""
    said = run(["systemd-analyze", "verify", "--man=no", str(unit)])
    assert not said


def test_verify_can_fail(unit):
    """... and would say it"""
    unit.write_text(unit.read_text().replace("Type=notify", "Type=notified\nNonsense=1"))
    done = run(["systemd-analyze", "verify", "--man=no", str(unit)], check=False,
               text=True, capture_output=False, stdout=-1, stderr=-2)
    assert "Nonsense" in done


def test_what_must_hold(unit):
    """a restart that does not flap, no dependency on FRR"""
    lines = unit.read_text().splitlines()
    for line in ("Type=notify", "RestartKillSignal=SIGUSR1", "Restart=always", "KillMode=mixed"):
        assert line in lines
    assert [n for n in lines if "frr" in n.split("#")[0]] == ["After=network.target frr.service"]
