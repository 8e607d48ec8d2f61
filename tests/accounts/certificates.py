"""A certificate authority of the tests' own, and the certificate that it gives a server on loopback."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _begun(
    name: str, issuer: str, key: Key, authority: Key, *, is_authority: bool
) -> x509.CertificateBuilder:
    """What every certificate says, so that also strict readers take it."""
    now = datetime.now(UTC)
    public, above = key.public_key(), authority.public_key()
    usage = {
        name: name in ({"key_cert_sign", "crl_sign"} if is_authority else {"digital_signature"})
        for name in (
            "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
            "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
        )
    }  # fmt: skip
    builder = x509.CertificateBuilder(_named(issuer), _named(name), public, x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    builder = builder.add_extension(x509.KeyUsage(**usage), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    above_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(above)
    return builder.add_extension(above_id, critical=False)


def authority_and_server(folder: Path) -> tuple[str, Path]:
    """An authority's certificate in PEM, and the file of a server's: certificate and key for 127.0.0.1."""
    authority, server = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    its = _begun("The lab's own", "The lab's own", authority, authority, is_authority=True)
    above = its.sign(authority, SHA256())
    builder = _begun("127.0.0.1", "The lab's own", server, authority, is_authority=False)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    given = builder.add_extension(names, critical=False).sign(authority, SHA256())
    file = folder / "server.pem"
    secret = server.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(given.public_bytes(Encoding.PEM) + secret)
    return above.public_bytes(Encoding.PEM).decode(), file
