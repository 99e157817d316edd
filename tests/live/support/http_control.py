"""The control channel over HTTP and HTTPS, as Python's own client speaks it, and octets as they are."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from live.support.namespace import Namespace

NEVER_SECONDS = 60.0


@dataclass
class HttpAnswer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class HttpControl:
    """One socket of a server; a connection for each request unless `kept` is used."""

    namespace: Namespace
    port: int
    address: str = "127.0.0.1"
    user: str | None = None
    password: str = ""
    tls: ssl.SSLContext | None = None
    name: str = "localhost"  # that the server's certificate must have
    headers: dict[str, str] = field(default_factory=dict)

    def raw(self) -> socket.socket:
        """Connected, without TLS."""
        connected = self.namespace.socket(socket.AF_INET, socket.SOCK_STREAM)
        connected.settimeout(NEVER_SECONDS)
        connected.connect((self.address, self.port))
        return connected

    def socket(self) -> socket.socket:
        plain = self.raw()
        return self.tls.wrap_socket(plain, server_hostname=self.name) if self.tls else plain

    def kept(self) -> http.client.HTTPConnection:
        """A connection for several requests."""
        connection = http.client.HTTPConnection(self.address, self.port)
        connection.sock = self.socket()
        return connection

    def post(self, body: bytes | str, connection: http.client.HTTPConnection | None = None, method: str = "POST",
             path: str = "/", **headers: str) -> HttpAnswer:
        all_headers = {"Content-Type": "application/json", **self.headers,
                       **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.user is not None:
            both = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            all_headers["Authorization"] = f"Basic {both}"
        used = connection or self.kept()
        try:
            used.request(method, path, body, all_headers)
            response = used.getresponse()
            return HttpAnswer(response.status, dict(response.getheaders()), response.read().decode())
        finally:
            if connection is None:
                used.close()

    def request(self, command: str, arguments: Any = None, connection: http.client.HTTPConnection | None = None,
                **more: Any) -> HttpAnswer:
        members: dict[str, Any] = {"command": command, **more}
        if arguments is not None:
            members["arguments"] = arguments
        return self.post(json.dumps(members), connection)

    def ask(self, command: str, arguments: Any = None, **more: Any) -> dict[str, Any]:
        """The one answer in the list."""
        answer = self.request(command, arguments, **more)
        if answer.status != 200 or not isinstance(answer.json, list) or len(answer.json) != 1:
            raise AssertionError(f"{command} was answered {answer}")
        return answer.json[0]

    def exchange(self, octets: bytes) -> bytes:
        """Sends bytes as they are and reads until the server closes."""
        with self.socket() as channel:
            channel.sendall(octets)
            return read_to_end(channel)


def read_to_end(channel: socket.socket) -> bytes:
    received = bytearray()
    while piece := channel.recv(65536):
        received += piece
    return bytes(received)


@dataclass(frozen=True)
class Certificates:
    """A CA, and what it vouches for: NAME.crt and NAME.key of each name."""

    folder: Path

    @staticmethod
    def _openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def authority(self, name: str = "ca") -> Path:
        self.folder.mkdir(exist_ok=True)
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                      "-subj", f"/CN={name}", "-keyout", str(self.key(name)), "-out", str(self.file(name)))
        return self.file(name)

    def make(self, name: str, authority: str = "ca", alternative: str = "DNS:localhost,IP:127.0.0.1") -> Path:
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alternative}\n")
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                      "-keyout", str(self.key(name)), "-out", str(request))
        self._openssl("x509", "-req", "-in", str(request), "-CA", str(self.file(authority)), "-CAkey",
                      str(self.key(authority)), "-CAcreateserial", "-days", "2", "-extfile", str(extensions), "-out",
                      str(self.file(name)))
        return self.file(name)

    def file(self, name: str) -> Path:
        return self.folder / f"{name}.crt"

    def key(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def client(self, name: str | None = None, authority: str = "ca") -> ssl.SSLContext:
        """Of a client that trusts the CA, and has the certificate `name`."""
        context = ssl.create_default_context(cafile=str(self.file(authority)))
        if name is not None:
            context.load_cert_chain(self.file(name), self.key(name))
        return context
