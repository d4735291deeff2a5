#!/bin/sh
# `make test`: lint, then every test. A Chromium is needed for the tests in a browser: taken from the system, or on Debian
# and Ubuntu installed from its packages where this may be done.
set -eu
: "${BIN:=.venv/bin}"
if ! command -v chromium >/dev/null && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  echo "Installing chromium for the tests in a browser ..."
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 \
    || echo "chromium could not be installed: the tests in a browser will say so."
fi
"$BIN/ruff" check --quiet .
"$BIN/ruff" format --check --quiet .
exec "$BIN/python" -m pytest -n 2 --dist loadgroup tests
