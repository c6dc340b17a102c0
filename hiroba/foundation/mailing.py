"""Send a letter to somebody of the office, through the office's own mail server. A notice, never content of records."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from django.conf import settings

from hiroba.foundation.refusal import Refusal
from hiroba.foundation.secret_files import has_secret, read_secret

SECRET = "mail"  # noqa: S105 - the name of its file in HIROBA_HOME/secrets
SECONDS = 20


def can_send() -> bool:
    """Tell whether a mail server is set at all."""
    return bool(settings.MAIL_HOST)


def send_mail(to: str, subject: str, text: str) -> None:
    """Hand a letter to the mail server; after this returns the server has taken it.

    SEND-01 when none is set, SEND-02 when it cannot be reached, SEND-03 when it refuses us or the address, SEND-04
    when its certificate cannot be trusted."""
    if not can_send():
        raise Refusal("SEND-01")
    letter = EmailMessage()
    letter["From"], letter["To"] = _sender(), _one_line(to)
    letter["Subject"] = _one_line(subject)
    letter["Date"], letter["Message-ID"] = formatdate(localtime=True), make_msgid(domain=_sender().rpartition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"  # no absence notice answers it (RFC 3834)
    letter.set_content(text)
    with _told(), _connected() as client:
        client.send_message(letter)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _sender() -> str:
    return str(settings.MAIL_FROM) or f"hiroba@{socket.getfqdn()}"


@contextlib.contextmanager
def _connected() -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    if settings.CA_FILE:
        context.load_verify_locations(settings.CA_FILE)
    where = (settings.MAIL_HOST, settings.MAIL_PORT)
    if settings.MAIL_SECURITY == "tls":
        client: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=SECONDS, context=context)
    else:
        client = smtplib.SMTP(*where, timeout=SECONDS)
    with client:
        if settings.MAIL_SECURITY == "starttls":
            client.starttls(context=context)
        if settings.MAIL_USER:
            client.login(settings.MAIL_USER, read_secret(SECRET) if has_secret(SECRET) else "")
        yield client


@contextlib.contextmanager
def _told() -> Iterator[None]:
    host = str(settings.MAIL_HOST)
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Refusal("SEND-04", host=host) from error
    except (smtplib.SMTPConnectError, smtplib.SMTPServerDisconnected, smtplib.SMTPHeloError) as error:
        raise Refusal("SEND-02", host=host) from error
    except (smtplib.SMTPException, ValueError) as error:  # ValueError: an address no mail server knows how to write
        raise Refusal("SEND-03", host=host) from error
    except OSError as error:
        raise Refusal("SEND-02", host=host) from error
