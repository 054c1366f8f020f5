"""An HTTPS server on loopback with a certificate for example.com.

Usage: web_server.py DIRECTORY. It answers every request with the bytes of DIRECTORY/reply and adds the request's head to
DIRECTORY/requests. Its first line says port and authority, its certificate in hex.
"""

import datetime
import pathlib
import socket
import ssl
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

directory = pathlib.Path(sys.argv[1])
now = datetime.datetime.now(datetime.timezone.utc)


def certificate(name, key, issuer, issuer_key, extensions):
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256())


def name_of(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
issuer = name_of("authority")
authority = certificate(
    issuer, authority_key, issuer, authority_key, [(x509.BasicConstraints(ca=True, path_length=None), True)]
)
names = x509.SubjectAlternativeName([x509.DNSName("example.com")])
leaf = certificate(name_of("example.com"), key, issuer, authority_key, [(names, False)])
pem = serialization.Encoding.PEM
(directory / "chain.pem").write_bytes(
    key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()) + leaf.public_bytes(pem)
)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(directory / "chain.pem")

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], authority.public_bytes(serialization.Encoding.DER).hex(), flush=True)
while True:
    connection, _ = listener.accept()
    try:
        with context.wrap_socket(connection, server_side=True) as stream:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                piece = stream.recv(1)
                if not piece:
                    break
                head += piece
            with open(directory / "requests", "ab") as requests:
                requests.write(head)
            stream.sendall((directory / "reply").read_bytes())
    except OSError as error:
        print(error, file=sys.stderr)
