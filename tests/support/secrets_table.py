"""Texts that hold a secret, each with the part that nobody may see."""

import pytest

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAhunter2\nabcdEFGH+/==\n-----END RSA PRIVATE KEY-----"


def case(name: str, text: str, secret: str = "hunter2"):
    """One row: the text, and what must not be in anything that is written."""
    assert secret in text
    return pytest.param(text, secret, id=name)


SECRETS = [
    case("user and password", "http://me:hunter2@host:9050/v1"),
    case("password with an at sign", "http://me:p@hunter2@host/v1"),
    case("password with a slash", "http://me:a/hunter2@host/v1"),
    case("password alone", "redis://:hunter2@host"),
    case("password of digits first", "http://me:12hunter2@host"),
    case("in an endpoint", "storage=https://me:hunter2@host:4443"),
    case("jdbc query", "jdbc:mysql://host/db?user=me&password=hunter2"),
    case("jdbc oracle", "jdbc:oracle:thin:scott/hunter2@host:1521:x"),
    case("spark conf", "spark.hadoop.fs.s3a.secret.key=hunter2"),
    case("azure account key", "spark.hadoop.fs.azure.account.key.acc.blob.core.windows.net=hunter2"),
    case("connection string", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=hunter2/+=="),
    case("java option", "-Djavax.net.ssl.trustStorePassword=hunter2"),
    case("pwd", "Server=h;Uid=me;Pwd=hunter2;"),
    case("blanks", "password = 'hunter2 and more'"),
    case("yaml", "password: hunter2"),
    case("json", '{"client_secret": "hunter2"}'),
    case("escaped json", '{\\"private_key\\": \\"hunter2\\"}'),
    case("python dict", "{'token': 'hunter2'}"),
    case("option", "--api-key hunter2"),
    case("sas", "https://acc.blob.core.windows.net/c?sv=2022&sig=hunter2%3D&se=2023"),
    case("sas in html", "https://acc.blob.core.windows.net/c?sv=2022&amp;sig=hunter2&amp;se=2023"),
    case("signed address", "https://storage.googleapis.com/b/o?X-Goog-Date=1&X-Goog-Signature=hunter2"),
    case("signed by aws", "https://b.s3.amazonaws.com/o?X-Amz-Signature=hunter2&X-Amz-Expires=1"),
    case("session token", "https://b/o?X-Amz-Security-Token=hunter2"),
    case("api key", "https://maps.googleapis.com/x?key=hunter2"),
    case("encoded", "next=%2Fx%3Fpassword%3Dhunter2"),
    case("header", "Authorization: Basic aHVudGVyMg==", "aHVudGVyMg"),
    case("header in a dict", "{'Authorization': 'Bearer hunter2'}"),
    case("bearer", "bearer hunter2.abc"),
    case("google token", "ya29.a0AfHunter2_x-yz", "a0AfHunter2"),
    case("google api key", "AIza" + "hunter2" * 5),
    case("aws key id", "AKIAIOSFODNN7EXAMPLE", "IOSFODNN7"),
    case("github", "ghp_" + "hunter2" * 5),
    case("slack", "xoxb-1234-hunter2-abc"),
    case("json web token", "eyJhbGciOiJI.eyJzdWIiOiIx.hunter2", "eyJzdWIiOiIx"),
    case("private key", PEM),
    case("private key on one line", PEM.replace("\n", "\\n")),
    case("private key cut off", PEM[:70], "AKCAQEAhunte"),
    case("service account", '{"type": "service_account", "private_key": "' + PEM.replace("\n", "\\n") + '"}'),
]  # fmt: skip
