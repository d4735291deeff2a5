"""Mail a digest where there is no sendmail: `send_digest.py SERVER[:PORT] FROM TO < digest.eml`.

The server takes mail from this machine without a password, as the mail relay of an office does.
Where it offers encryption, that is used, and its certificate is checked. Python alone is needed.
"""

import smtplib
import ssl
import sys
from email.utils import formatdate

PATIENCE = 60  # seconds for each answer of the server
DRAFT = b"X-Unsent: 1\r\n"  # lets a mail program open the file as a draft


def main(server: str, sender: str, recipient: str) -> None:
    """Send what comes on standard input; exit with 1 and a sentence where that fails."""
    digest = sys.stdin.buffer.read()
    if not digest.strip():
        sys.exit("There is no digest on standard input: write `< outputs/NAME/latest/digest.eml`.")
    try:
        send(server, sender, recipient, digest)
    except (OSError, ValueError) as error:  # what the server says is an OSError, too
        sys.exit(f"The digest was not mailed, {server} did not take it: {error}")
    print(f"The digest was mailed to {recipient}.")


def send(server: str, sender: str, recipient: str, digest: bytes) -> None:
    """Give the digest, with addresses and date, to an SMTP server."""
    host, _, port = server.partition(":")
    head = f"From: {sender}\r\nTo: {recipient}\r\nDate: {formatdate(localtime=True)}\r\n"
    with smtplib.SMTP(host, int(port or 25), timeout=PATIENCE) as smtp:
        smtp.ehlo()
        if smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
        smtp.sendmail(sender, [recipient], head.encode() + digest.replace(DRAFT, b"", 1))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("Write: send_digest.py SERVER[:PORT] FROM TO < digest.eml")
    main(*sys.argv[1:])
