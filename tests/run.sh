#!/bin/sh
# `make test`: lint, then every test.
# The tests in a browser need a Chromium, and Playwright's Node needs libatomic. They are taken from
# the system, or on Debian and Ubuntu installed from its packages where this may be done.
set -eu
: "${BIN:=.venv/bin}"
missing=""
command -v chromium >/dev/null || missing="chromium"
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  ldconfig -p | grep -q libatomic.so.1 || missing="$missing libatomic1"
  if [ "$missing" ]; then
    echo "Installing for the tests in a browser:" $missing "..."
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1 \
      || echo "They could not be installed: the tests in a browser will say so."
  fi
fi
"$BIN/ruff" check --quiet .
"$BIN/ruff" format --check --quiet .
"$BIN/lint-imports" --no-cache
"$BIN/mypy" --no-error-summary
exec "$BIN/python" -m pytest -n 2 --dist loadgroup tests
