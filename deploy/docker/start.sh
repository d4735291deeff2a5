#!/bin/sh
# Starts `opsdesk ARGUMENTS` in the volume, which becomes a project at the first start.
set -eu
version=$(opsdesk --version | sed 's/.* //')
if [ ! -e notebooks ]; then
  opsdesk init .
  echo "$version" > .image-version
elif [ "$(cat .image-version 2>/dev/null || echo "$version")" != "$version" ]; then
  # The notebooks belong to the package. A folder without .image-version is a project of your own.
  earlier=$(cat .image-version)
  new=$(mktemp -d)
  opsdesk init "$new" > "$new.log"
  mv notebooks "notebooks-$earlier"
  mv "$new/notebooks" notebooks
  echo "$version" > .image-version
  echo "opsdesk $version brought its notebooks; those of $earlier are in notebooks-$earlier."
fi
if [ "${1:-}" = lab ]; then
  shift
  # Inside the container; `docker run -p 127.0.0.1:8888:8888` decides who reaches it.
  set -- lab --ip=0.0.0.0 --no-browser "$@"
fi
exec opsdesk "$@"
