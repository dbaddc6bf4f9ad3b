"""Certificates for tests, made by openssl: good ones, and one that has run out."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

_AUTHORITY = """\
[ca]
default_ca = here
[here]
database = {folder}/index.txt
new_certs_dir = {folder}
serial = {folder}/serial
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = DNS:localhost
"""


def self_signed(folder: Path, *, begin: str = "20200101000000Z", end: str) -> Path:
    """Key and certificate for localhost in one file; `end` as YYYYMMDDHHMMSSZ."""
    key, request, pem = folder / "key.pem", folder / "request.pem", folder / "certificate.pem"
    (folder / "index.txt").touch()
    (folder / "serial").write_text("01\n")
    (folder / "ca.conf").write_text(_AUTHORITY.format(folder=folder))
    _openssl(
        "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-subj", "/CN=localhost", "-keyout", key, "-out", request,
    )  # fmt: skip
    _openssl(
        "ca", "-batch", "-selfsign", "-notext", "-config", folder / "ca.conf", "-keyfile", key,
        "-in", request, "-out", pem, "-startdate", begin, "-enddate", end,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_text(key.read_text() + pem.read_text())
    return both


def server_side(pem: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(str(pem))
    return context


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
