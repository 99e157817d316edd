"""`leasehold ctl` for people: views in a real terminal and in a pipe, the live screen, leases as they change, and what is
said when there is no server, no right, or no database."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from live.support.case import OneLinkTest
from live.support.client import hardware_address
from live.support.packet import colons
from live.support.process import run
from live.support.real_client import Udhcpc
from live.support.server import binary
from live.support.terminal import Terminal
from live.support.waiting import eventually

OK, REFUSED, EMPTY, NOT_SERVING, USAGE, NO_SERVER, NOT_PERMITTED = 0, 1, 3, 4, 64, 69, 77
ESCAPE, RESTORED = "\x1b", "\x1b[?25h\x1b[?1049l"
ANNA = hardware_address(1)
NOBODY = 65534


class TerminalCase(OneLinkTest):
    def command(self, *words: str) -> list[str]:
        return [str(binary()), "ctl", "-s", str(self.subject.socket_path), *words]

    def terminal(self, *words: str, columns: int = 80, lines: int = 24, **environment: str) -> Terminal:
        opened = Terminal(self.command(*words), {**self.subject.environment(), "LC_ALL": "C.UTF-8", **environment},
                          columns, lines)
        self.addCleanup(opened.end)
        return opened

    def shown(self, *words: str, columns: int = 80, **environment: str) -> str:
        """What a view draws on a terminal."""
        terminal = self.terminal(*words, columns=columns, **environment)
        self.assertEqual(terminal.wait(), OK, terminal.text())
        return terminal.drawn()

    def piped(self, *words: str) -> tuple[int, str, str]:
        done = subprocess.run(self.command(*words), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                              env=self.subject.environment())
        return done.returncode, done.stdout, done.stderr


class ViewsTest(TerminalCase):
    def setUp(self) -> None:
        super().setUp()
        self.start()
        self.address = self.direct_client(self.client_side).lease(ANNA).yiaddr

    def test_colours_are_for_terminals(self) -> None:
        for view in ("status", "subnets", "backends", "leases"):
            with self.subTest(view=view):
                self.assertIn(ESCAPE, self.shown(view))
                self.assertNotIn(ESCAPE, self.shown(view, NO_COLOR="1"))
                self.assertNotIn(ESCAPE, self.piped(view)[1])

    def test_views_show_what_there_is_and_fit(self) -> None:
        status = self.shown("status", columns=120, NO_COLOR="1")
        for words in ("service    open", "serving for", "lan (raw and udp)"):
            self.assertIn(words, status)
        wide = self.shown("leases", columns=120, NO_COLOR="1")
        self.assertIn(self.address, wide)
        self.assertIn(colons(ANNA), wide)
        self.assertIn("SEEN", wide)
        narrow = self.shown("leases", columns=40, NO_COLOR="1")
        self.assertIn(self.address, narrow)
        self.assertNotIn("SEEN", narrow)
        for line in narrow.splitlines():
            self.assertLessEqual(len(line), 40)
        subnets = self.shown("subnets", columns=120, NO_COLOR="1")
        self.assertRegex(subnets, r"10\.77\.0\.0/24 +▏·+ +1\.0% +1 +99 +0 +100 ")

    def test_searches_json_and_exit_statuses(self) -> None:
        for found in (self.address, colons(ANNA), colons(ANNA)[:8], "10.77.0.0/24"):
            code, out, _ = self.piped("leases", found)
            self.assertEqual((code, self.address in out), (OK, True), found)
        code, out, said = self.piped("leases", "nobody")
        self.assertEqual((code, out), (EMPTY, ""))
        self.assertIn("No lease was found", said)
        for view in ("status", "leases", "subnets", "backends", "reservations"):
            code, out, _ = self.piped(view, "--json")
            with self.subTest(view=view):
                self.assertEqual(code, EMPTY if view == "reservations" else OK)
                answer = json.loads(out)
                self.assertEqual(answer["view"], view)
                self.assertEqual([server["family"] for server in answer["servers"]], [4])
        leases = json.loads(self.piped("leases", "--json")[1])["servers"][0]["leases"]
        self.assertEqual([lease["ip-address"] for lease in leases], [self.address])
        # Raw commands go on as they were: an empty result is success.
        self.assertEqual(self.piped("lease4-get", "ip-address=10.77.0.9")[0], OK)
        self.assertEqual(self.piped("lease4-get", "ip-address=ten")[0], REFUSED)
        self.assertEqual(self.piped("leases", "--sort", "colour")[0], USAGE)
        self.assertEqual(self.piped("watch")[0], USAGE)

    def test_bash_completes(self) -> None:
        shell = Terminal(["bash", "--norc", "--noprofile", "-i"], {**os.environ, "PS1": "> ", "LC_ALL": "C.UTF-8"})
        self.addCleanup(shell.end)
        shell.type(f"source <({binary()} completion bash); echo rea''dy\n")
        shell.wait_text("ready\n")
        shell.type("echo leasehold; leasehold ctl backe\t")
        shell.wait_text("leasehold ctl backends ")
        shell.type("--js\t")
        shell.wait_text("leasehold ctl backends --json ")
        shell.type("\x15leasehold ctl lease4-get identifier-t\tcl\t")
        shell.wait_text("leasehold ctl lease4-get identifier-type=client-id ")
        shell.type("\x15exit\n")
        shell.wait()


class InstalledCompletionTest(unittest.TestCase):
    def test_it_lies_where_the_shells_look(self) -> None:
        with tempfile.TemporaryDirectory(prefix="leasehold-completion-") as folder:
            run("cmake", "--install", str(binary().parent), "--component", "completion", "--prefix", folder)
            installed = {str(file.relative_to(folder)): file.read_text(encoding="utf-8")
                         for file in Path(folder).rglob("*") if file.is_file()}
        bash = installed.pop("share/bash-completion/completions/leasehold")
        self.assertEqual(bash, run(str(binary()), "completion", "bash"))
        [(zsh_path, zsh)] = installed.items()
        self.assertIn(zsh_path, ("share/zsh/vendor-completions/_leasehold", "share/zsh/site-functions/_leasehold"))
        self.assertEqual(zsh, run(str(binary()), "completion", "zsh"))


class LiveViewsTest(TerminalCase):
    def setUp(self) -> None:
        super().setUp()
        self.start()

    def test_the_screen_lives_with_its_window_and_leaves_no_trace(self) -> None:
        watch = self.terminal("watch", "--interval", "0.1", NO_COLOR="1")
        watch.wait_text("10.77.0.0/24")
        self.assertTrue(watch.drawn().startswith("\x1b[?1049h"), "on a screen of its own")
        self.assertNotEqual(watch.modes_now(), watch.modes, "keys as they are pressed")
        client = self.real_client(Udhcpc, self.client_side)
        client.start()
        watch.wait_text(f"granted         {client.wait_bound()}")
        for columns, lines in ((50, 10), (100, 30), (30, 6)):
            watch.forget()
            watch.resize(columns, lines)

            def fits() -> bool:
                frames = watch.drawn().split("\x1b[H")[1:-1]  # whole ones
                if not frames:
                    return False
                last = frames[-1].replace("\x1b[K", "").replace("\x1b[J", "").replace("\r", "").split("\n")
                return len(last) == lines and len(last[0]) == columns and all(len(line) <= columns for line in last)

            eventually(fits, f"a frame of {columns} by {lines}", watch.text)
        watch.type("q")
        self.assertEqual(watch.wait(), OK)
        self.assertTrue(watch.drawn().endswith(RESTORED), repr(watch.drawn()[-80:]))
        self.assertEqual(watch.modes_now(), watch.modes)

    def test_signals_restore_the_screen_too(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            watch = self.terminal("watch")
            watch.wait_text("10.77.0.0/24")
            watch.signal(number)
            self.assertEqual(watch.wait(), 128 + number)
            self.assertTrue(watch.drawn().endswith(RESTORED), repr(watch.drawn()[-80:]))
            self.assertEqual(watch.modes_now(), watch.modes)

    def test_it_steps_aside_for_the_shell(self) -> None:
        watch = self.terminal("watch", "--interval", "0.1")
        watch.wait_text("10.77.0.0/24")
        watch.signal(signal.SIGTSTP)
        eventually(watch.is_stopped, "it stops")
        self.assertTrue(watch.drawn().endswith(RESTORED), repr(watch.drawn()[-80:]))
        watch.forget()
        watch.signal(signal.SIGCONT)
        watch.wait_text("10.77.0.0/24")
        self.assertIn("\x1b[?1049h", watch.drawn())
        watch.type("q")
        self.assertEqual(watch.wait(), OK)

    def test_a_server_that_ends_and_comes_back_is_told_of(self) -> None:
        watch = self.terminal("watch", "--interval", "0.1", columns=150)
        watch.wait_text("10.77.0.0/24")
        self.subject.stop()
        watch.wait_text("no server answers")
        self.subject.start()
        watch.forget()
        eventually(lambda: "no server answers" not in watch.drawn().rpartition("\x1b[H")[0].rpartition("\x1b[H")[2]
                   and "10.77.0.0/24" in watch.drawn(), "it answers again", watch.text)
        watch.type("q")
        self.assertEqual(watch.wait(), OK)

    def test_leases_are_followed(self) -> None:
        everything = self.terminal("leases", "--follow", "--interval", "0.1", columns=100)
        everything.wait_text("Ctrl-C ends")
        for_others = self.terminal("leases", "--follow", "--interval", "0.1", "10.77.0.0/25", "nobody", columns=100)
        for_others.wait_text("Ctrl-C ends")
        client = self.real_client(Udhcpc, self.client_side)
        client.start()
        address = client.wait_bound()
        everything.wait_text(f"granted         {address}")
        self.assertNotIn(address, for_others.text())
        client.release()
        everything.wait_text(f"released        {address}")
        self.assertNotIn(address, for_others.text())
        everything.signal(signal.SIGINT)
        self.assertEqual(everything.wait(), -signal.SIGINT)
        lines = self.folder / "events"
        with lines.open("wb") as sink:
            as_json = subprocess.Popen(self.command("leases", "--follow", "--json", "--interval", "0.1"), stdout=sink)
        self.addCleanup(as_json.wait)
        self.addCleanup(as_json.kill)
        wire = self.direct_client(self.client_side)
        number = iter(range(10, 10000))
        # Its first question comes when it comes: what is granted before that is not told.
        eventually(lambda: (wire.lease(hardware_address(next(number))), lines.read_text())[1], "a line of JSON")
        event = json.loads(lines.read_text().splitlines()[0])
        self.assertEqual((event["event"], event["cause"]), ("lease", "granted"))


class TroubleTest(TerminalCase):
    def as_nobody(self, *words: str) -> tuple[int, str]:
        """The binary is copied: where it was built, others may not look."""
        program = self.open_folder / "leasehold"
        if not program.exists():
            program.write_bytes(binary().read_bytes())
            program.chmod(0o755)
        done = subprocess.run([str(program), *self.command(*words)[1:]], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=60, user=NOBODY, group=NOBODY, extra_groups=[], cwd="/",
                              env=self.subject.environment())
        return done.returncode, done.stderr

    def test_no_server(self) -> None:
        code, out, said = self.piped("status")
        self.assertEqual((code, out), (NO_SERVER, ""))
        for words in (str(self.subject.socket_path), "named with -s", "Is the server running?", "-c FILE"):
            self.assertIn(words, said)
        self.subject.configure(**self.keys())
        code, said = self.subject.run("ctl", "-c", str(self.subject.configuration_path), "leases")
        self.assertEqual(code, NO_SERVER)
        self.assertIn(f"named by {self.subject.configuration_path}", said)
        code, said = self.subject.run("ctl", "status")
        self.assertEqual(code, NO_SERVER)
        self.assertIn("kea4-ctrl-socket (the usual one of a DHCPv4 server", said)

    def test_no_right(self) -> None:
        self.start()
        self.open_folder = self.folder / "open"
        self.open_folder.mkdir(mode=0o755)
        self.folder.chmod(0o755)
        self.subject.folder.chmod(0o755)
        run = self.subject.socket_path.parent
        run.chmod(0o750)
        for view in ("status", "watch", "version-get"):
            code, said = self.as_nobody(view) if view != "watch" else self.as_nobody("watch", "--json")
            self.assertEqual(code, NOT_PERMITTED, said)
            for words in ("the user nobody", f"the folder {run}", "the user root", "mode 0750"):
                self.assertIn(words, said)
        run.chmod(0o755)
        os.chown(self.subject.socket_path, 0, NOBODY - 1)
        self.subject.socket_path.chmod(0o660)
        code, said = self.as_nobody("leases")
        self.assertEqual(code, NOT_PERMITTED, said)
        for words in (str(self.subject.socket_path), "mode 0660", "usermod -aG"):
            self.assertIn(words, said)

    def test_a_server_that_waits_for_its_database_is_shown(self) -> None:
        self.subject.configure(**self.keys(lease_database={"type": "postgresql", "host": "127.0.0.1", "port": 1, "name": "x", "user": "x",
                                           "retry-on-startup": True, "max-reconnect-tries": 1000, "reconnect-wait-time": 100}))
        self.subject.launch()
        eventually(self.subject.control.answers, "commands are answered", self.subject.log)
        eventually(lambda: "last-error" in self.subject.control.do("status-get")["database-status"], "the first attempt")
        code, out, said = self.piped("status")
        self.assertEqual(code, NOT_SERVING)
        self.assertIn("service    closed", out)
        self.assertIn("starting", said)
        code, out, _ = self.piped("backends")
        self.assertEqual(code, NOT_SERVING)
        self.assertRegex(out, r"attempt +number \d+ of 1000")
        self.assertIn("not open for", out)
        self.assertIn("refused", out)
        code, out, _ = self.piped("subnets")
        self.assertEqual(code, NOT_SERVING)
        self.assertIn("10.77.0.0/24", out)
        self.assertEqual(self.piped("leases")[0], NOT_SERVING)

    def test_both_families_of_a_process_are_shown(self) -> None:
        sockets = {family: Path(self.subject.folder / "run" / f"kea{family}-ctrl-socket") for family in (4, 6)}
        configuration = self.subject.configuration(
            **self.keys(control_sockets=[{"socket-type": "unix", "socket-name": str(sockets[4])}]))
        configuration["Dhcp6"] = {
            "interfaces-config": {"interfaces": ["lan"]}, "lease-database": {"type": "memfile", "persist": False},
            "control-sockets": [{"socket-type": "unix", "socket-name": str(sockets[6])}],
            "subnet6": [{"id": 1, "subnet": "2001:db8:1::/64", "pools": [{"pool": "2001:db8:1::/80"}]}]}
        self.subject.configuration_path.write_text(json.dumps(configuration))
        self.subject.launch()
        eventually(lambda: self.subject.run("ctl", "status")[0] == OK, "both families serve", self.subject.log)
        for words in ((), ("-c", str(self.subject.configuration_path))):
            code, out = self.subject.run("ctl", *words, "subnets")
            self.assertEqual(code, OK, out)
            self.assertRegex(out, r"(?s)DHCPv4\n.*10\.77\.0\.0/24.*\nDHCPv6\n.*2001:db8:1::/64")
        self.assertNotIn("DHCPv4", self.subject.run("ctl", "-6", "subnets")[1])

    def test_a_socket_left_behind_is_told_of_and_no_obstacle(self) -> None:
        run = self.subject.folder / "run"
        self.start(control_sockets=[{"socket-type": "unix", "socket-name": str(self.subject.socket_path)},
                                    {"socket-type": "unix", "socket-name": str(run / "kea4-ctrl-socket")}])
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as left_behind:
            left_behind.bind(str(run / "kea6-ctrl-socket"))
        code, out = self.subject.run("ctl", "status")
        self.assertEqual(code, OK, out)
        self.assertIn("service    open", out)
        self.assertIn("kea6-ctrl-socket (the usual one of a DHCPv6 server): the socket is left from one that has ended", out)
