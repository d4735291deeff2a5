"""The digest: the brief as a mail with a text and an HTML part, and as plain text."""

from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from typing import Any

from opsdesk.brief.emphasis import as_text
from opsdesk.brief.page import environment
from opsdesk.trends import number_words as words

LONGEST_LINE = 200  # a folded subject would begin with a blank
LONGEST_SUBJECT = 150


def digest_text(page: Mapping[str, Any]) -> str:
    """Return the digest as plain text, from the values of the page."""
    return environment().get_template("digest.txt.j2").render(page, as_text=as_text)


def digest_mail(page: Mapping[str, Any]) -> bytes:
    """Return the digest as a mail without attachment or address.

    It is marked as not sent, so that a mail program opens it as a draft; the same page gives the
    same bytes.
    """
    subject = _subject(page)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message["X-Unsent"] = "1"
    message.set_content(digest_text(page), cte="quoted-printable")
    html = environment().get_template("digest.html.j2").render(page)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    # A random boundary would change the bytes.
    message.set_boundary(f"brief-{sha256(html.encode()).hexdigest()[:24]}")
    return message.as_bytes(policy=SMTP.clone(max_line_length=LONGEST_LINE))


def _subject(page: Mapping[str, Any]) -> str:
    day = words.short_day(page["facts"].last_day)
    subject = f"{page['name']}, {day}: {page['headline']}"
    return subject if len(subject) <= LONGEST_SUBJECT else f"{subject[: LONGEST_SUBJECT - 1]}…"
