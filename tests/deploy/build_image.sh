#!/bin/bash
# Builds the image of deploy/docker without a registry and without docker, and runs it. By hand, as root on Debian:
#   apt-get install buildah mmdebstrap; tests/deploy/build_image.sh FOLDER
# A Debian 12 with Python is in the place of the base image: each COPY, RUN, USER and command is proven, the base is not.
# FOLDER gets the base, the images and a volume: 6 GB, or 30 with STORAGE_DRIVER=vfs, where there is no overlay.
# What a network needs (an index of packages, certificates) goes into FOLDER/base/etc before a second start.
set -euo pipefail
[ $# = 1 ] || { sed -n '2,6s/^# //p' "$0"; exit 2; }
mkdir -p "$1"
root=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
build=(buildah --root "$root/store" --runroot "$root/run" --storage-driver "${STORAGE_DRIVER:-overlay}")
export TMPDIR=$root

if [ ! -d "$root/base" ]; then
  packages=ca-certificates,netbase,tzdata,python3,python3-venv
  mmdebstrap --quiet --variant=minbase --include=$packages bookworm "$root/base"
  ln -s /usr/bin/python3 "$root/base/usr/local/bin/python3"
fi
tar -C "$root/base" --exclude=./dev --exclude=./proc -cf "$root/base.tar" .
empty=$("${build[@]}" from scratch)
"${build[@]}" add "$empty" "$root/base.tar" / > /dev/null
"${build[@]}" commit --quiet --rm "$empty" docker.io/library/python:3.11-slim-bookworm > /dev/null

rm -rf dist/opsdesk-"$version"-*.whl
.venv/bin/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
# The stand-in has another digest.
sed 's/@sha256:[0-9a-f]*//' deploy/docker/Dockerfile > "$root/Dockerfile"
for target in desk emulators; do
  "${build[@]}" bud --isolation chroot --pull-never --network host --layers --quiet \
    --build-arg VERSION="$version" --target $target --tag opsdesk-$target --file "$root/Dockerfile" .
done
"${build[@]}" images --format '{{.Name}} {{.Size}}'

# The commands of the images, with the volume and the user that they name.
desk=$("${build[@]}" from --pull-never localhost/opsdesk-desk)
install -d -o 1000 -g 1000 "$root/volume"
run() {
  "${build[@]}" config --volume /desk- "$1" # the volume of the image would hide the one that is given
  "${build[@]}" run --isolation chroot --volume "$root/volume:/desk" "$@"
}
run "$desk" -- sh -c 'id -u; ! touch /opt/x 2>/dev/null'
run "$desk" -- /opt/start.sh run params/sample.yaml

echo "JupyterLab:"
run "$desk" -- timeout 20 /opt/start.sh lab --port=8899 > "$root/lab.log" 2>&1 &
for _ in $(seq 18); do sleep 1; python3 - <<'P' && break; done
import sys, urllib.request
try:
    print(urllib.request.urlopen("http://127.0.0.1:8899/api", timeout=1).read().decode())
except OSError:
    sys.exit(1)
P
wait

echo "compose.yaml: the emulators, and a run against them:"
emulators=$("${build[@]}" from --pull-never localhost/opsdesk-emulators)
run "$emulators" -- timeout --signal INT 180 /opt/start.sh emulators > "$root/emulators.log" 2>&1 &
for _ in $(seq 60); do [ -f "$root/volume/outputs/emulators/emulated.yaml" ] && break; sleep 1; done
run "$desk" -- /opt/start.sh run outputs/emulators/emulated.yaml
wait # the emulators end by their own timeout
"${build[@]}" rm --all > /dev/null
