"""Who else puts the service's address on lo: the host's ifupdown and systemd-networkd, with the
files of packaging/address as they are but for the address, and a stand-in for network-scripts."""

import pathlib
import shutil

from lab import SERVICE

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "packaging" / "address"


class Owner:
    """A manager of addresses in a node, whose /run and directory of files are the node's alone."""

    ETC = None  # where it reads its files
    SETUP = "true"

    def __init__(self, node):
        self.node = node
        self.run = node.dir / "owner" / "run"
        self.etc = node.dir / "owner" / "etc"
        shutil.rmtree(node.dir / "owner", ignore_errors=True)
        for directory in (self.run, self.etc):
            directory.mkdir(parents=True)

    def install(self, example, name):
        text = (EXAMPLES / example).read_text()
        for theirs, ours in (("10.1.53.1", SERVICE["v4"]), ("2001:db8:53::1", SERVICE["v6"])):
            text = text.replace(theirs, ours)
        (self.etc / name).write_text(text)

    def inside(self, *argv):
        """The command with its own /run and files: ip-netns(8) gives it its own mounts."""
        return ["sh", "-c", f"mount --bind {self.run} /run && mount --bind {self.etc} {self.ETC} "
                f'&& {self.SETUP} && exec "$@"', "sh", *argv]

    def exec(self, *argv, **kw):
        """LabError when it fails, unless check=False."""
        return self.node.exec(self.inside(*argv), **kw)


class Ifupdown(Owner):
    """example: interfaces, or interfaces-static."""

    ETC = "/etc/network"

    def __init__(self, node, example="interfaces"):
        super().__init__(node)
        (self.run / "network").mkdir()
        for scripts in ("if-pre-up.d", "if-up.d", "if-down.d", "if-post-down.d"):
            (self.etc / scripts).mkdir()
        self.install(example, "interfaces")

    def up(self, **kw):
        self.exec("ifup", "lo:1", **kw)

    def down(self, **kw):
        self.exec("ifdown", "lo:1", **kw)

    def restart(self, **kw):
        """What networking.service does."""
        self.exec("ifdown", "-a", "--exclude=lo", **kw)
        self.exec("ifup", "-a", **kw)

    def thinks_up(self):
        return self.exec("ifquery", "--state", "lo:1", check=False).strip() == "lo:1=lo:1"


class NetworkScripts(Owner):
    """network-scripts are not in Debian: the stand-in gives the commands that they give."""

    ETC = "/etc/network"
    PROGRAM = pathlib.Path(__file__).with_name("network-scripts")

    def __init__(self, node):
        super().__init__(node)
        self.install("ifcfg-lo:0", "ifcfg-lo:0")

    def _do(self, verb, name):
        self.exec(self.PROGRAM, verb, name)

    def up(self, name="lo:0"):
        self._do("up", name)

    def down(self, name="lo:0"):
        self._do("down", name)

    def restart(self):
        """service network restart"""
        self.down("lo")
        self.up("lo")


class Networkd(Owner):
    """The host's systemd-networkd, with a bus for networkctl. start() and stop() it."""

    ETC = "/etc/systemd/network"
    SETUP = "mount -o remount,ro /sys"  # so it knows that there is no udev to wait for

    def __init__(self, node):
        super().__init__(node)
        (self.run / "dbus").mkdir()
        for state in ("links", "leases", "lldp"):
            (self.run / "systemd" / "netif" / state).mkdir(parents=True)
            shutil.chown(self.run / "systemd" / "netif" / state, "systemd-network")
        shutil.chown(self.run / "systemd" / "netif", "systemd-network")
        self.bus, self.daemon = node.daemon("dbus-daemon"), node.daemon("systemd-networkd")
        self.install("lo.network", "lo.network")

    def lists(self, *addresses):
        """These in the file, in place of the example's."""
        (self.etc / "lo.network").write_text("\n".join(
            ["[Match]", "Name=lo", "[Network]", *(f"Address={a}" for a in addresses), ""]))

    def start(self):
        """Returns when it has configured lo."""
        if not self.bus.running():
            self.bus.start(self.inside("dbus-daemon", "--system", "--nofork", "--nopidfile"))
            self.node.wait((self.run / "dbus" / "system_bus_socket").exists, 10, "the bus")
        self.daemon.start(self.inside("/lib/systemd/systemd-networkd"))
        self.wait_configured()

    def wait_configured(self):
        self.node.wait(lambda: self.setup() == "configured", 15, "networkd to configure lo", 0.1)

    def reconfigure(self):
        """Returns when it has begun."""
        self.exec("networkctl", "reconfigure", "lo")

    def setup(self):
        """The word of networkctl for lo: configured, failed, ..."""
        return self.exec("networkctl", "--no-legend", "list", "lo").split()[-1]

    def restart(self):
        self.daemon.stop()
        self.start()

    def stop(self):
        """networkd and the bus; lo keeps what it has."""
        self.daemon.kill()
        self.bus.kill()
