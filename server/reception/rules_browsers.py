"""What a browser's own name says of it: inside another app, too old for the room, on which kind of device.

Pure, and only for guidance: nobody is kept out by the name of a browser.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class App(StrEnum):
    """An app whose own browser often gives a page no camera, and loses it when the app is left."""

    ZALO = "zalo"
    FACEBOOK = "facebook"
    MESSENGER = "messenger"
    OTHER = "other"


class Device(StrEnum):
    """Where the steps to another browser differ."""

    IPHONE = "iphone"
    ANDROID = "android"
    COMPUTER = "computer"


_APPS = (
    (App.ZALO, re.compile(r"Zalo", re.IGNORECASE)),
    (App.MESSENGER, re.compile(r"MessengerForiOS|MESSENGER|Orca-Android|MessengerLite", re.IGNORECASE)),
    (App.FACEBOOK, re.compile(r"FBA[NV]|FB_IAB|FBIOS")),
    (
        App.OTHER,
        re.compile(
            r"Instagram|TikTok|musical_ly|BytedanceWebview|trill_|\bLine/|MicroMessenger|Snapchat|GSA/|Twitter|Viber",
            re.IGNORECASE,
        ),
    ),
    # A web view without a name of its own.
    (App.OTHER, re.compile(r"; wv\)")),
    (App.OTHER, re.compile(r"\((?:iPhone|iPad|iPod)(?=[^)]*\))(?!.*Safari/)")),
)
_OLDEST = (
    # Apple: every browser of an iPhone is the system's.
    (re.compile(r"(?:iPhone|CPU) OS (\d+)[_.](\d+)"), (16, 4)),
    (re.compile(r"Version/(\d+)\.(\d+).* Safari/"), (16, 4)),
    (re.compile(r"Firefox/(\d+)\.(\d+)"), (108, 0)),
    (re.compile(r"Chrom(?:e|ium)/(\d+)\.(\d+)"), (89, 0)),
)
"""First versions with import maps, which the room is loaded by."""
_NEVER = re.compile(r"MSIE |Trident/|Opera Mini|Opera Mobi|UCBrowser|BlackBerry|KAIOS", re.IGNORECASE)
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Guidance:
    """What to tell somebody before the check begins."""

    app: App | None
    device: Device
    is_too_old: bool
    outside: str
    """An address that leaves the app by itself; only Android has one, else empty."""


def guidance(user_agent: str, url: str) -> Guidance:
    """Return what the browser's name calls for on the page at `url`."""
    name = user_agent[:_LONGEST]
    app = next((each for each, pattern in _APPS if pattern.search(name)), None)
    device = _device(name)
    outside = _intent(url) if app and device is Device.ANDROID else ""
    return Guidance(app, device, _is_too_old(name), outside)


def _device(name: str) -> Device:
    if re.search(r"iPhone|iPad|iPod", name):
        return Device.IPHONE
    return Device.ANDROID if "Android" in name else Device.COMPUTER


def _is_too_old(name: str) -> bool:
    if _NEVER.search(name):
        return True
    for pattern, oldest in _OLDEST:
        found = pattern.search(name)
        if found is not None:
            # Android's web view calls itself Version/4.0 beside its real number.
            if "Chrom" in name and pattern.pattern.startswith("Version"):
                continue
            return (int(found[1]), int(found[2])) < oldest
    return False


def _intent(url: str) -> str:
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return (
        f"intent://{parts.netloc}{parts.path}{query}#Intent;scheme={parts.scheme};action=android.intent.action.VIEW;end"
    )
