"""How a mail leaves: to the mail server of the settings, or into a folder where the service is only tried out."""

from __future__ import annotations

import smtplib
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from pop.surveys.inviting.rules import server_of

_TIMEOUT_SECONDS = 20
_SERVICE_ENDS = 421


class NotSentError(Exception):
    """A mail that did not leave. `code`: `refused` (this address or this mail, for good), `later` (the server asks to
    try again), `away` (nothing can be sent now). No address and no word of the server is in it.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Post(Protocol):
    """Where mails are handed in; entering it reaches the server, or raises NotSentError (`away`)."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...
    def send(self, message: EmailMessage) -> None:
        """Hand a mail in; raises NotSentError."""
        ...


def post() -> Post | None:
    """Return where mails are handed in, None where nothing is set up for it. Of invented records none goes out."""
    if settings.SMTP_URL and not settings.DEMONSTRATION:
        return ByServer()
    return None if settings.PRODUCTION else IntoFolder(Path(settings.DATA_DIR) / "mail")


class ByServer:
    """One connection to the mail server."""

    def __init__(self) -> None:
        server = server_of(settings.SMTP_URL)
        self._backend = EmailBackend(
            host=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.secured == "starttls",
            use_ssl=server.secured == "tls",
            timeout=_TIMEOUT_SECONDS,
        )

    def __enter__(self) -> Self:
        try:
            self._backend.open()
        except (smtplib.SMTPException, OSError):
            self._close()
            raise NotSentError("away") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._close()

    def _close(self) -> None:
        try:
            self._backend.close()
        except (smtplib.SMTPException, OSError):
            self._backend.connection = None

    def send(self, message: EmailMessage) -> None:
        """Hand a mail in; raises NotSentError."""
        try:
            self._backend.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            raise _said(max(code for code, _ in error.recipients.values())) from None
        except smtplib.SMTPDataError as error:
            raise _said(error.smtp_code) from None
        except (smtplib.SMTPException, OSError):
            raise NotSentError("away") from None
        except ValueError:  # an address that no mail can be written to
            raise NotSentError("refused") from None


def _said(code: int) -> NotSentError:
    if code == _SERVICE_ENDS:
        return NotSentError("away")
    return NotSentError("refused" if code >= 500 else "later")


class IntoFolder:
    """Files under the data directory, one for each mail, for whoever tries it out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            raise NotSentError("away") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        pass

    def send(self, message: EmailMessage) -> None:
        """Write a mail into a file that is named like its Message-ID; raises NotSentError."""
        name = message.extra_headers["Message-ID"].strip("<>").partition("@")[0]
        try:
            (self._folder / f"{name}.eml").write_bytes(message.message().as_bytes())
        except OSError:
            raise NotSentError("away") from None
        except ValueError:
            raise NotSentError("refused") from None
