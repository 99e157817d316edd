"""Certificates to test TLS with: an authority, what it signed rightly and wrongly, and an authority nobody knows.

Made by the openssl command in one folder, valid for a day, with the smallest keys that today's libraries take.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

_DAY = "1"


class Certificates:
    """Files in `directory`, named by attributes:

    ca, other_ca       authorities
    server             signed by ca, for 127.0.0.1, ::1 and localhost
    wrong_name         signed by ca, for another host
    stranger           right names, signed by other_ca
    client, other_client  for users, signed by ca and by other_ca; their common name is `client_name`
    encrypted          (key only) the client's key behind a passphrase
    anchors            a folder with ca and other_ca, hashed as OpenSSL looks them up

    Each name has a certificate `<name>.pem` and a key `<name>.key` (0600).
    """

    client_name = "leasehold"

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(mode=0o700, exist_ok=True)
        for authority in ("ca", "other_ca"):
            self._make_authority(authority)
        names = "IP:127.0.0.1,IP:::1,DNS:localhost"
        self._sign("server", "ca", "Leasehold test server", names)
        self._sign("wrong_name", "ca", "Leasehold test server", "DNS:elsewhere.example.org")
        self._sign("stranger", "other_ca", "Leasehold test server", names)
        self._sign("client", "ca", self.client_name, "")
        self._sign("other_client", "other_ca", self.client_name, "")
        self._openssl("pkcs8", "-topk8", "-in", str(self.key("client")), "-out", str(self.key("encrypted")),
                      "-passout", "pass:unknown-to-the-server")
        self.key("encrypted").chmod(0o600)
        self.anchors = directory / "anchors"
        self.anchors.mkdir(mode=0o755)
        for authority in ("ca", "other_ca"):
            (self.anchors / f"{authority}.pem").write_bytes(self.certificate(authority).read_bytes())
        self._openssl("rehash", str(self.anchors))

    def certificate(self, name: str) -> Path:
        return self.directory / f"{name}.pem"

    def key(self, name: str) -> Path:
        return self.directory / f"{name}.key"

    def _make_authority(self, name: str) -> None:
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                      "-days", _DAY, "-subj", f"/CN=Leasehold test authority {name}", "-keyout",
                      str(self.key(name)), "-out", str(self.certificate(name)))
        self.key(name).chmod(0o600)

    def _sign(self, name: str, authority: str, common_name: str, alternatives: str) -> None:
        request = self.directory / f"{name}.csr"
        self._openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                      "-subj", f"/CN={common_name}", "-keyout", str(self.key(name)), "-out", str(request))
        extensions = self.directory / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alternatives}\n" if alternatives else "basicConstraints=CA:FALSE\n")
        self._openssl("x509", "-req", "-in", str(request), "-CA", str(self.certificate(authority)), "-CAkey",
                      str(self.key(authority)), "-CAcreateserial", "-days", _DAY, "-extfile", str(extensions),
                      "-out", str(self.certificate(name)))
        self.key(name).chmod(0o600)
        request.unlink()
        extensions.unlink()

    @staticmethod
    def _openssl(*arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {' '.join(arguments)}: {done.stderr}")
