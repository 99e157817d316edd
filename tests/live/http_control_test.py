"""Commands over HTTP and HTTPS: what Kea's clients rely on, who may do what, files that change, limits, peers that
do not behave, and Kea's own programs as clients."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
from typing import Any

from live.support.case import OneLinkTest
from live.support.client import hardware_address
from live.support.ctl import ERROR, SUCCESS, UNSUPPORTED
from live.support.http_control import Certificates, HttpControl, read_to_end
from live.support.process import Program
from live.support.waiting import eventually

PORT, TLS_PORT = 8000, 8443


class HttpControlTest(OneLinkTest):
    def setUp(self) -> None:
        super().setUp()
        self.open = HttpControl(self.server_side, PORT)
        self.passwords = self.folder / "passwords"
        self.passwords.mkdir()

    # -- scenes

    def begin(self, *sockets: dict[str, Any], **keys: Any) -> None:
        self.start(**self.with_sockets(*sockets, **keys))

    def with_sockets(self, *sockets: dict[str, Any], **keys: Any) -> dict[str, Any]:
        unix = {"socket-type": "unix", "socket-name": str(self.subject.socket_path)}
        return {"control_sockets": [unix, *sockets], **keys}

    @staticmethod
    def http(**more: Any) -> dict[str, Any]:
        return {"socket-type": "http", "socket-port": PORT,
                **{name.replace("_", "-"): value for name, value in more.items()}}

    def secret(self, name: str, content: str) -> str:
        """Replaced as careful programs do it: whole, or not at all."""
        path = self.passwords / name
        new = path.with_suffix(".new")
        new.write_text(content)
        new.chmod(0o600)
        new.rename(path)
        return str(path)

    def client(self, user: str, password: str, **rights: Any) -> dict[str, Any]:
        return {"user": user, "password-file": self.secret(user, password + "\n"),
                **{name.replace("_", "-"): value for name, value in rights.items()}}

    def certificates(self) -> Certificates:
        made = Certificates(self.folder / "certificates")
        made.authority()
        made.make("server")
        return made

    @staticmethod
    def https(certificates: Certificates, name: str = "server", **more: Any) -> dict[str, Any]:
        return {"socket-type": "https", "socket-port": TLS_PORT, "trust-anchor": str(certificates.file("ca")),
                "cert-file": str(certificates.file(name)), "key-file": str(certificates.key(name)),
                **{key.replace("_", "-"): value for key, value in more.items()}}

    def counter(self, name: str) -> int:
        return self.subject.control.do("status-get")["commands"][name]

    # -- what Kea's clients rely on

    def test_answers_are_lists_and_errors_maps(self) -> None:
        self.begin(self.http(http_headers=[{"name": "X-Where", "value": "here"}]))
        answer = self.open.request("version-get", service=["dhcp4"])
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertIn("GMT", answer.headers["Date"])
        self.assertEqual(answer.headers["Content-Length"], str(len(answer.text)))
        self.assertRegex(answer.text, r"^\[ \{ .* \} \]$")
        self.assertEqual(answer.json[0]["result"], SUCCESS)
        self.assertEqual(self.open.ask("lease4-conjure")["result"], UNSUPPORTED)
        self.assertEqual(self.open.ask("version-get", service=["d2"])["result"], ERROR)
        self.assertEqual(self.open.post('{"command": 7}').json[0]["result"], ERROR)
        for body, headers in (("{bad", {}), ("", {}), ('{"command": "version-get"}', {"Content_Type": "text/plain"})):
            refused = self.open.post(body, **headers)
            self.assertEqual((refused.status, refused.json["result"]), (400, 400), body)
            self.assertIn("text", refused.json)
            self.assertEqual(refused.headers["X-Where"], "here")
        for method in ("GET", "PUT", "DELETE", "OPTIONS"):
            refused = self.open.post("", method=method, path="/any/where")
            self.assertEqual((refused.status, refused.json["result"]), (405, 405), method)
            self.assertIn("POST", refused.headers["Allow"])
        self.assertEqual(self.open.post('{"command": "version-get"}', path="/any/where?x").status, 200)
        self.assertGreaterEqual(self.counter("http-refused"), 7)

    def test_connections_are_kept(self) -> None:
        self.begin(self.http())
        before = self.counter("connections")
        kept = self.open.kept()
        for _ in range(5):
            self.assertEqual(self.open.request("version-get", connection=kept).status, 200)
        port = kept.sock.getsockname()[1]
        self.open.post("{bad", connection=kept)
        self.assertEqual(self.open.request("config-get", connection=kept).status, 200)
        self.assertEqual(kept.sock.getsockname()[1], port)
        kept.close()
        self.assertEqual(self.counter("connections"), before + 2, "one, and the one that asks")
        both = b'POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 26\r\n\r\n{"command": "version-get"}'
        last = both.replace(b"HTTP/1.1\r\n", b"HTTP/1.1\r\nConnection: close\r\n")
        self.assertEqual(self.open.exchange(both + both + last).count(b"200 OK"), 3)
        old = self.open.exchange(both.replace(b"1.1", b"1.0"))
        self.assertIn(b"Connection: close", old)
        self.assertTrue(old.endswith(b" } ]"))

    def test_long_lists_come_in_chunks(self) -> None:
        self.begin(self.http(), subnet4=[{"id": 1, "subnet": "10.77.0.0/16", "pools": [
            {"pool": "10.77.1.0 - 10.77.20.255"}]}])
        wire = self.direct_client(self.client_side)
        leases = {wire.lease(hardware_address(i)).yiaddr for i in range(400)}
        answer = self.open.request("lease4-get-all")
        self.assertEqual(answer.headers.get("Transfer-Encoding"), "chunked")
        self.assertEqual({lease["ip-address"] for lease in answer.json[0]["arguments"]["leases"]}, leases)
        body = b'{"command": "lease4-get-all"}'
        old = self.open.exchange(b"POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Type: application/json\r\n"
                                 b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        head, _, rest = old.partition(b"\r\n\r\n")
        self.assertIn(b"Connection: close", head)
        self.assertNotIn(b"chunked", head)
        self.assertEqual(json.loads(rest), answer.json)

    def test_expect_continue_and_chunked_requests(self) -> None:
        self.begin(self.http())
        with self.open.raw() as peer:
            peer.sendall(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nConnection: close\r\n"
                         b"Content-Type: application/json\r\nContent-Length: 26\r\n\r\n")
            self.assertEqual(peer.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
            peer.sendall(b'{"command": "version-get"}')
            self.assertIn(b"200 OK", read_to_end(peer))
        self.assertIn(b"200 OK", self.open.exchange(
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\nContent-Type: application/json\r\n"
            b'\r\n1a\r\n{"command": "version-get"}\r\n0\r\n\r\n'))

    # -- who may do what

    def test_users_and_their_rights(self) -> None:
        self.begin(self.http(authentication={"type": "basic", "realm": "leases", "clients": [
            self.client("admin", "a:b"), self.client("viewer", "v", access="read", deny_commands=["config-get"]),
            self.client("helpdesk", "h", access="none", allow_commands=["lease4-*"]),
            {"password-file": self.secret("both", "stork:s\n")}]}))

        def of(user: str | None, password: str = "") -> HttpControl:
            return HttpControl(self.server_side, PORT, user=user, password=password)

        for stranger in (of(None), of("admin", "wrong"), of("nobody", "a:b"), of("", "")):
            refused = stranger.request("version-get")
            self.assertEqual((refused.status, refused.text), (401, '{ "result": 401, "text": "Unauthorized" }'))
            self.assertEqual(refused.headers["WWW-Authenticate"], 'Basic realm="leases"')
        admin, viewer, helpdesk = of("admin", "a:b"), of("viewer", "v"), of("helpdesk", "h")
        self.assertEqual(admin.ask("statistic-reset-all")["result"], SUCCESS)
        self.assertEqual(of("stork", "s").ask("config-get")["result"], SUCCESS)
        self.assertEqual(viewer.ask("status-get")["result"], SUCCESS)
        self.assertEqual(helpdesk.ask("lease4-get-all")["result"], 3)
        for client, command in ((viewer, "statistic-reset-all"), (viewer, "config-get"), (helpdesk, "status-get")):
            refused = client.request(command)
            self.assertEqual((refused.status, refused.text), (403, '{ "result": 403, "text": "Forbidden" }'))
        self.subject.wait_log("COMMAND_FORBIDDEN", 3)
        self.subject.wait_log("HTTP_UNAUTHORIZED", 4)
        self.assertEqual((self.counter("unauthorized"), self.counter("forbidden")), (4, 3))
        self.assertNotIn("a:b", self.subject.log())
        # Before the body is taken: a stranger cannot make the server hold anything.
        with self.open.raw() as peer:
            peer.sendall(b"POST / HTTP/1.1\r\nContent-Length: 60000000\r\n\r\n")
            self.assertIn(b"401", peer.recv(1000))

    def test_changed_passwords_count_at_once(self) -> None:
        self.begin(self.http(authentication={"clients": [self.client("anna", "old")]}))
        before = HttpControl(self.server_side, PORT, user="anna", password="old")
        after = HttpControl(self.server_side, PORT, user="anna", password="new")
        self.assertEqual(before.request("version-get").status, 200)
        self.secret("anna", "new\n")
        eventually(lambda: after.request("version-get").status == 200, "the new password counts")
        self.assertEqual(before.request("version-get").status, 401)
        self.secret("anna", "\n")
        self.subject.wait_log("HTTP_SECRETS_KEPT")
        self.assertEqual(after.request("version-get").status, 200)

    def test_passwords_are_not_shown_and_stay(self) -> None:
        client = {"user": "anna", "password": "swordfish"}
        self.begin(self.http(authentication={"clients": [client]}))
        anna = HttpControl(self.server_side, PORT, user="anna", password="swordfish")
        shown = anna.ask("config-get")["arguments"]
        self.assertNotIn("swordfish", json.dumps(shown))
        del shown["hash"]
        self.assertEqual(anna.ask("config-set", shown)["result"], SUCCESS)
        self.assertEqual(anna.request("version-get").status, 200)
        self.assertNotIn("swordfish", self.subject.log())

    # -- TLS

    def test_certificates(self) -> None:
        made = self.certificates()
        for name in ("stork", "viewer", "unknown"):
            made.make(name)
        made.authority("other-ca")
        made.make("foreign", authority="other-ca")
        self.begin(self.https(made, authentication={"clients": [
            {"certificate": "stork"}, {"certificate": "viewer", "access": "read"}]}))

        def of(name: str | None) -> HttpControl:
            return HttpControl(self.server_side, TLS_PORT, tls=made.client(name))

        self.assertEqual(of("stork").ask("statistic-reset-all")["result"], SUCCESS)
        self.assertEqual(of("viewer").ask("version-get")["result"], SUCCESS)
        self.assertEqual(of("viewer").request("statistic-reset-all").status, 403)
        self.assertEqual(of("unknown").request("version-get").status, 403)
        for name in (None, "foreign"):
            with self.assertRaises(OSError):
                of(name).request("version-get")
        old = made.client("stork")
        old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises((OSError, ValueError)):
            HttpControl(self.server_side, TLS_PORT, tls=old).request("version-get")
        self.subject.wait_log("HTTP_TLS_FAILED", 2)
        self.assertGreaterEqual(self.counter("tls-failed"), 2)
        with HttpControl(self.server_side, TLS_PORT).raw() as clear:
            clear.sendall(b"POST / HTTP/1.1\r\n\r\n")
            self.assertNotIn(b"HTTP", read_to_end(clear))

    def test_certificates_are_renewed(self) -> None:
        made = self.certificates()
        self.begin(self.https(made, cert_required=False, authentication={"clients": [self.client("anna", "a")]}))
        anna = HttpControl(self.server_side, TLS_PORT, user="anna", password="a", tls=made.client())
        self.assertEqual(anna.ask("version-get")["result"], SUCCESS)

        def serial() -> int:
            with anna.socket() as peer:
                assert isinstance(peer, ssl.SSLSocket)
                return int(dict(peer.getpeercert() or {})["serialNumber"], 16)  # type: ignore[arg-type]

        before = serial()
        made.make("server")
        self.subject.control.do("config-reload")
        self.assertNotEqual(serial(), before)
        made.file("server").write_text("nothing")
        self.assertEqual(self.subject.control.ask("config-reload")["result"], ERROR)
        self.assertEqual(anna.ask("version-get")["result"], SUCCESS)

    # -- reconfiguration and the end

    def test_sockets_stay_over_config_set(self) -> None:
        self.begin(self.http())
        kept = self.open.kept()
        configuration = self.open.ask("config-get")["arguments"]
        del configuration["hash"]
        answer = self.open.request("config-set", configuration, kept)
        self.assertEqual(answer.json[0]["result"], SUCCESS)
        self.assertEqual(self.open.request("version-get", connection=kept).status, 200)
        with HttpControl(self.server_side, PORT + 1).namespace.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
            taken.bind(("127.0.0.1", PORT + 1))
            taken.listen()
            sockets = configuration["Dhcp4"]["control-sockets"]
            more = {**configuration["Dhcp4"], "control-sockets": [*sockets, self.http(socket_port=PORT + 1)]}
            refused = self.open.ask("config-set", {"Dhcp4": more})
            self.assertEqual(refused["result"], ERROR)
            self.assertIn("another program has this port", refused["text"])
        self.assertEqual(self.open.ask("config-set", {"Dhcp4": more})["result"], SUCCESS)
        second = HttpControl(self.server_side, PORT + 1)
        self.assertEqual(second.ask("version-get")["result"], SUCCESS)
        only_unix = {**configuration["Dhcp4"], "control-sockets": sockets[:1]}
        self.assertEqual(second.ask("config-set", {"Dhcp4": only_unix})["result"], SUCCESS)
        for gone in (self.open, second):
            with self.assertRaises(OSError):
                gone.request("version-get")
        self.assertEqual(self.subject.control.ask("version-get")["result"], SUCCESS)

    def test_a_socket_moves_to_another_address_of_its_port(self) -> None:
        users = {"authentication": {"clients": [self.client("anna", "a")]}}
        self.begin(self.http(**users))
        self.open.user, self.open.password = "anna", "a"
        kept, open_unix = self.open.kept(), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(open_unix.close)
        open_unix.connect(str(self.subject.socket_path))
        everywhere = HttpControl(self.server_side, PORT, address="10.77.0.1", user="anna", password="a")
        with self.assertRaises(OSError):
            everywhere.request("version-get")
        configuration = self.open.ask("config-get")["arguments"]["Dhcp4"]
        unix = configuration["control-sockets"][0]
        for address, reached, elsewhere in (("0.0.0.0", everywhere, None), ("127.0.0.1", self.open, everywhere)):
            moved = {**configuration, "control-sockets": [unix, self.http(socket_address=address, **users)]}
            answer = self.open.request("config-set", {"Dhcp4": moved}, kept)
            self.assertEqual(answer.json[0]["result"], SUCCESS, address)
            kept = self.open.kept()
            self.assertEqual(reached.ask("version-get")["result"], SUCCESS, address)
            if elsewhere is not None:
                with self.assertRaises(OSError):
                    elsewhere.request("version-get")
        with self.server_side.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
            with self.assertRaises(OSError):
                other.bind(("127.0.0.1", PORT))
        open_unix.sendall(b'{"command": "version-get"}')
        self.assertEqual(json.loads(read_to_end(open_unix))["result"], SUCCESS, "its socket was kept, and so was it")

    def test_shutdown_is_answered(self) -> None:
        self.begin(self.http())
        idle = self.open.kept()
        self.open.request("version-get", connection=idle)
        self.assertEqual(self.open.ask("shutdown", {"exit-value": 3})["text"], "Shutting down.")
        self.assertEqual(self.subject.program.wait(), 3)

    def test_open_sockets_are_refused(self) -> None:
        self.subject.configure(**self.keys(**self.with_sockets(self.http(socket_address="0.0.0.0"))))
        code, words = self.subject.run("-t", str(self.subject.configuration_path))
        self.assertEqual(code, 78)
        self.assertIn("may give every command", words)
        self.assertRegex(words, r"leasehold.conf:\d+:\d+")
        code, words = self.subject.run("-X", "-t", str(self.subject.configuration_path))
        self.assertEqual(code, 0, words)

    # -- peers that do not behave

    def test_octets_that_are_no_request(self) -> None:
        self.begin(self.http())
        for octets in (b"\0" * 1000, b"\x16\x03\x01\x02\0\x01\0\x01\xfc", os.urandom(5000), b"GET\r\n\r\n",
                       b"{}\r\n\r\n", b"POST / HTTP/1.1\r\nX: " + b"x" * 100_000, b"x" * 1_000_000,
                       b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
                       b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
                       b"POST / HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n" + b" " * 1_000_000):
            with self.open.raw() as peer:
                peer.sendall(octets)
                peer.shutdown(socket.SHUT_WR)
                answer = read_to_end(peer)
                if answer:
                    self.assertRegex(answer, rb"^HTTP/1.1 4[013]\d ")
        body = b"[" * 100_000 + b"]" * 100_000
        nested = self.open.post(body)
        self.assertEqual(nested.status, 400)
        self.assertLess(self.subject.resident_bytes(), 300 << 20)
        self.assertEqual(self.open.ask("version-get")["result"], SUCCESS)

    def test_a_gigabyte_is_refused(self) -> None:
        self.begin(self.http())
        before = self.subject.resident_bytes()
        with self.open.raw() as peer:
            peer.sendall(b"POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n")
            self.assertIn(b"413", peer.recv(1000))
        with self.open.raw() as peer:
            peer.sendall(b"POST / HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
            piece = b"%x\r\n%s\r\n" % (1 << 20, b" " * (1 << 20))
            with self.assertRaises(OSError):
                for _ in range(1024):
                    peer.sendall(piece)
        self.assertGreaterEqual(self.counter("requests-too-long"), 2)
        self.assertLess(self.subject.resident_bytes(), before + (300 << 20))

    def test_slow_and_silent_peers(self) -> None:
        self.begin(self.http())
        body = b'{"command": "version-get"}'
        head = b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        with self.open.raw() as slow, self.open.raw() as silent, self.open.raw() as stalled:
            stalled.sendall(head % 1000 + b"{")
            for octet in head % len(body) + body:
                slow.sendall(bytes([octet]))
            self.assertIn(b"200 OK", read_to_end(slow))
            answer = read_to_end(stalled)
            self.assertIn(b"HTTP/1.1 408 ", answer)
            self.assertEqual(json.loads(answer.partition(b"\r\n\r\n")[2])["result"], 408)
            self.assertEqual(read_to_end(silent), b"")
        self.assertEqual(self.counter("timeouts"), 2)

    def test_connections_are_bounded(self) -> None:
        self.begin(self.http())
        peers = [self.open.raw() for _ in range(201)]
        try:
            self.assertIn(b"HTTP/1.1 503 ", read_to_end(peers[-1]))
            self.assertEqual(self.counter("connections-refused"), 1)
            wire = self.direct_client(self.client_side)
            self.assertTrue(wire.lease(hardware_address(1)).yiaddr)
        finally:
            for peer in peers:
                peer.close()
        eventually(lambda: self.open.request("version-get").status == 200, "there is room again")

    def test_handshakes_in_a_flood(self) -> None:
        made = self.certificates()
        self.begin(self.https(made, cert_required=False, authentication={"clients": [self.client("anna", "a")]}))
        anna = HttpControl(self.server_side, TLS_PORT, user="anna", password="a", tls=made.client())
        half = [anna.raw() for _ in range(150)]  # they never say a word
        try:
            wire = self.direct_client(self.client_side)
            for number in range(20):
                self.assertTrue(wire.lease(hardware_address(number)).yiaddr)
        finally:
            for peer in half:
                peer.close()
        eventually(lambda: self.reaches(anna), "handshakes go on")

    @staticmethod
    def reaches(client: HttpControl) -> bool:
        try:
            return client.request("version-get").status == 200
        except OSError:
            return False

    # -- Kea's own programs

    def kea_shell(self, *switches: str, command: str, arguments: str = "") -> subprocess.CompletedProcess[str]:
        shell = self.server_side.inside("kea-shell", *switches, command)
        return subprocess.run(shell, input=arguments, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=60, check=False)

    def test_kea_shell(self) -> None:
        made = self.certificates()
        made.make("shell")
        self.begin(self.http(authentication={"clients": [self.client("anna", "a")]}),
                   self.https(made))
        wire = self.direct_client(self.client_side)
        for number in range(60):
            wire.lease(hardware_address(number))
        plain = ("--host", "127.0.0.1", "--port", str(PORT), "--auth-user", "anna", "--auth-password", "a")
        for switches in (plain, (*plain, "--service", "dhcp4")):
            listed = json.loads(self.kea_shell(*switches, command="list-commands").stdout)
            self.assertIn("config-get", listed[0]["arguments"])
        leases = json.loads(self.kea_shell(*plain, command="lease4-get-all").stdout)
        self.assertEqual(len(leases[0]["arguments"]["leases"]), 60)
        one = json.loads(self.kea_shell(*plain, command="lease4-get",
                                        arguments='"ip-address": "10.77.0.100"').stdout)
        self.assertEqual(one[0]["arguments"]["ip-address"], "10.77.0.100")
        self.assertIn("401", self.kea_shell(*plain[:4], command="list-commands").stdout)
        tls = ("--host", "localhost", "--port", str(TLS_PORT), "--ca", str(made.file("ca")), "--cert",
               str(made.file("shell")), "--key", str(made.key("shell")))
        self.assertIn("config-get", json.loads(self.kea_shell(*tls, command="list-commands").stdout)[0]["arguments"])

    def test_kea_control_agent(self) -> None:
        """Kea 2.2's agent takes HTTP and speaks to the server over its UNIX socket."""
        self.begin()
        configuration = self.folder / "agent.conf"
        configuration.write_text(json.dumps({"Control-agent": {
            "http-host": "127.0.0.1", "http-port": 8123,
            "control-sockets": {"dhcp4": {"socket-type": "unix", "socket-name": str(self.subject.socket_path)}},
            "loggers": [{"name": "kea-ctrl-agent", "severity": "INFO", "output_options": [{"output": "stdout"}]}]}}))
        run = self.folder / "agent"
        run.mkdir()
        environment = {**os.environ, "KEA_PIDFILE_DIR": str(run), "KEA_LOCKFILE_DIR": "none"}
        agent = Program(self.server_side.inside("kea-ctrl-agent", "-c", str(configuration)), run / "log", environment)
        self.addCleanup(agent.end)
        through = HttpControl(self.server_side, 8123)
        eventually(lambda: self.reaches(through), "the agent listens", agent.output)
        wire = self.direct_client(self.client_side)
        lease = wire.lease(hardware_address(1)).yiaddr
        found = through.ask("lease4-get-all", service=["dhcp4"])
        self.assertEqual([each["ip-address"] for each in found["arguments"]["leases"]], [lease])
        self.assertIn("Dhcp4", through.ask("config-get", service=["dhcp4"])["arguments"])
        agent.stop(signal.SIGTERM)


class Http6ControlTest(OneLinkTest):
    """The same of a DHCPv6 server, in short."""

    family = 6

    def test_commands(self) -> None:
        self.subject.configure(interfaces_config={"interfaces": []}, control_sockets=[
            {"socket-type": "unix", "socket-name": str(self.subject.socket_path)},
            {"socket-type": "http", "socket-address": "::1", "socket-port": PORT}])
        self.subject.start()
        with self.server_side.socket(socket.AF_INET6, socket.SOCK_STREAM) as peer:
            peer.settimeout(60)
            peer.connect(("::1", PORT))
            body = b'{"command": "version-get", "service": ["dhcp6"]}'
            peer.sendall(b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Type: application/json\r\n"
                         b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            answer = json.loads(read_to_end(peer).partition(b"\r\n\r\n")[2])
        self.assertEqual(answer[0]["arguments"]["family"], "DHCPv6")
