"""The channels, each behind the one protocol of `base`, opened as autoflow.yaml says."""

from __future__ import annotations

from pathlib import Path

from autoflow.language.settings.settings import Settings, Smtp
from autoflow.model.effects import AUDIENCES, EMAIL, SALES, WEBHOOKS
from autoflow.post.channels.base import Channel


def open_channels(settings: Settings, folder: Path) -> dict[str, Channel]:
    """The channels of the workspace in `folder`, by the kind of message; nothing is connected or written yet."""
    from autoflow.post.channels.audiences import AudienceFolder
    from autoflow.post.channels.sales import SalesFiles
    from autoflow.post.channels.webhooks import WebhookCalls

    return {
        EMAIL: _email(settings, folder),
        SALES: SalesFiles({name: folder / path for name, path in settings.sales.items()}),
        AUDIENCES: AudienceFolder(folder / settings.audiences),
        WEBHOOKS: WebhookCalls(settings.webhooks, folder),
    }


def _email(settings: Settings, folder: Path) -> Channel:
    if isinstance(settings.email, Smtp):
        from autoflow.post.channels.smtp import SmtpChannel

        return SmtpChannel(settings.email, settings.sender.email)
    from autoflow.post.channels.maildir import Maildir

    return Maildir(folder / settings.email.folder)
