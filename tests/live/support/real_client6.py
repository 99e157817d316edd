"""The DHCPv6 clients people have, each told to ask for an address and a prefix. See real_client.py."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from live.support.process import run
from live.support.real_client import RealClient
from live.support.waiting import eventually

_SCRIPT = Path(__file__).with_name("client_event6.sh")


def _with_own_folders(folders: list[str], command: list[str]) -> list[str]:
    """The command with empty folders of its own in these places, and its helper processes ending with it."""
    state = " && ".join(f"mkdir -p {folder} && mount -t tmpfs none {folder}" for folder in folders)
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child",
            "sh", "-c", f'{state} && exec "$@"', "sh", *command]


class RealClient6(RealClient):
    """Events are (name, address, prefix); "-" stands for none."""

    bound = ("BOUND6",)
    renewed = ("RENEW6",)
    rebound = ("REBIND6",)

    def terminate_inside(self) -> None:
        """The client itself, which `unshare` started, again every few seconds until it ends: dhcpcd does not hear a
        signal that comes while it is busy with another event."""
        again_at = 0.0

        def ended() -> bool:
            nonlocal again_at
            if not self.program.is_running():
                return True
            if time.monotonic() < again_at:
                return False
            again_at = time.monotonic() + 5
            for inside in Path(f"/proc/{self.program.pid}/task/{self.program.pid}/children").read_text().split():
                os.kill(int(inside), signal.SIGTERM)
            return False

        eventually(ended, "the client ends", self.program.output)

    def addresses(self) -> list[str]:
        """Global addresses of its interface."""
        lines = self.namespace.ip("-6", "-brief", "address", "show", "dev", self.interface, "scope", "global")
        return [word.partition("/")[0] for word in lines.split()[2:]]


class Dhclient6(RealClient6):
    """ISC's client: an address and a prefix in one exchange."""

    sets_address = "yes"

    def command(self) -> list[str]:
        return ["dhclient", "-6", "-N", "-P", "-d", *self._files(), "-sf", str(_SCRIPT), self.interface]

    def _files(self) -> list[str]:
        configuration = self.folder / "dhclient6.conf"
        configuration.write_text("timeout 60;\nretry 1;\n")
        return ["-cf", str(configuration), "-lf", str(self.folder / "leases6"), "-pf", str(self.folder / "pid6"),
                *(part for name, value in self.environment().items() for part in ("-e", f"{name}={value}"))]

    def release(self) -> None:
        self.kill_before_release()
        run(*self.namespace.inside("dhclient", "-6", "-N", "-P", "-r", *self._files(), "-sf", str(_SCRIPT),
                                   self.interface))


class Dhcpcd6(RealClient6):
    """dhcpcd."""

    def command(self) -> list[str]:
        configuration = self.folder / "dhcpcd6.conf"
        variables = "".join(f"env {name}={value}\n" for name, value in self.environment().items())
        configuration.write_text("ipv6only\nnoipv6rs\nduid\nnohook resolv.conf\nnodelay\nrelease\n"
                                 f"script {_SCRIPT}\n{variables}"
                                 f"interface {self.interface}\n  iaid 1\n  ia_na 1\n  ia_pd 2/::/56\n")
        return _with_own_folders(["/var/lib/dhcpcd", "/run/dhcpcd"],
                                 ["dhcpcd", "-B", "-f", str(configuration), self.interface])

    def release(self) -> None:
        """For a client that renews every few seconds. While dhcpcd waits for the answer to a RENEW it ends without a
        RELEASE; just after a renewal it waits for none. Its configuration says that it then gives up what it has."""
        before = self.count(self.renewed)
        eventually(lambda: self.count(self.renewed) > before, "dhcpcd renews once more", self.program.output)
        self.terminate_inside()


class Dhcp6c(RealClient6):
    """WIDE's client. Its script is told no address: what it did is seen on the interface."""

    def command(self) -> list[str]:
        configuration = self.folder / "dhcp6c.conf"
        configuration.write_text(f"interface {self.interface} {{\n  send ia-na 1;\n  send ia-pd 2;\n}};\n"
                                 "id-assoc na 1 { };\n"
                                 "id-assoc pd 2 {\n  prefix-interface lo { sla-id 1; sla-len 8; };\n};\n")
        return _with_own_folders(["/var/lib/dhcpv6"],
                                 ["dhcp6c", "-f", "-D", "-c", str(configuration), "-p", str(self.folder / "pid"),
                                  "-k", str(self.folder / "no-key"), self.interface])

    def wait_bound(self) -> str:
        return eventually(lambda: next(iter(self.addresses()), None), "dhcp6c sets its address",
                          self.program.output)

    def release(self) -> None:
        self.terminate_inside()
