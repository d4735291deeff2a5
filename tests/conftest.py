"""Fixtures that every test module may ask for."""

import os
import shutil

import pytest

from command_line import opsdesk
from emulated import cloud, emulators

__all__ = ["browser", "cloud", "emulators", "opsdesk"]
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))),
    None,
)


@pytest.fixture(scope="module")
def browser():
    """A Chromium without a window, ended when the module's tests are."""
    if not CHROMIUM:
        reason = "no Chromium on this machine (Debian: apt-get install chromium libatomic1)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()
