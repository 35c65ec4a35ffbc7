#!/usr/bin/env bash
# Builds the image with buildah, where no container engine need be, and unpacks it for a trial run.
#
#   scripts/image.sh build           builds the Dockerfile and names the result bulkhead:dev
#   scripts/image.sh unpack FOLDER   copies its root file system to FOLDER/rootfs, its settings to FOLDER/image.json
#
# Runs as root with buildah; where no container registry can be reached also with mmdebstrap. What is pulled or built is kept in
# ${BULKHEAD_CACHE:-${XDG_CACHE_HOME:-~/.cache}}/bulkhead/containers. A network with certificate authorities of its own is followed:
# they are taken from NODE_EXTRA_CA_CERTS, and npm's settings from ~/.npmrc, as secrets that no layer keeps.
set -euo pipefail

image=bulkhead:dev
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
store=${BULKHEAD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}}/bulkhead/containers
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
buildah() { command buildah --root "$store/storage" --runroot "$store/run" "$@"; }
say() { printf 'image: %s\n' "$*" >&2; }

# An image with what the Dockerfile uses of the official one: Debian, and Node.js and npm where that one has them.
make_stand_in() {
  local name=$1 suite=$2 node container
  node=$(cd "$tree" && npx --no-install node -p process.execPath)
  mkdir "$scratch/bin"
  cp "$node" "$scratch/bin/node"
  cp "$(dirname "$node")/../LICENSE" "$scratch/LICENSE"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$scratch/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$scratch/bin/npx"
  cp -RL "$(npm root --global)/npm" "$scratch/npm"
  mmdebstrap --quiet --variant=minbase \
    --customize-hook='mkdir -p "$1/usr/local/lib/node_modules"' \
    --customize-hook="cp -a '$scratch/bin/.' \"\$1/usr/local/bin\"" \
    --customize-hook="cp '$scratch/LICENSE' \"\$1/usr/local/LICENSE\"" \
    --customize-hook="cp -R '$scratch/npm' \"\$1/usr/local/lib/node_modules/npm\"" \
    "$suite" "$scratch/base.tar"
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$scratch/base.tar" / >/dev/null
  buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  buildah commit --quiet --rm "$container" "$name" >/dev/null
}

# Prints the base to build on: the pinned one, or where it cannot be pulled a stand-in, and says so.
choose_base() {
  local pinned tag stand_in
  pinned=$(sed -n 's/^ARG BASE=//p' "$tree/Dockerfile")
  if timeout 180 "$BASH" -c 'command buildah --root "$1" --runroot "$2" pull --quiet --policy missing "$3"' _ \
    "$store/storage" "$store/run" "$pinned" >/dev/null 2>"$scratch/pull"; then
    echo "$pinned"
    return
  fi
  tag=${pinned#*:}
  stand_in=localhost/bulkhead-stand-in:${tag%@*}
  say "the pinned base $pinned cannot be pulled here; building on a stand-in made of Debian packages and this tree's Node.js"
  buildah inspect --type image "$stand_in" >/dev/null 2>&1 || make_stand_in "$stand_in" "$(sed 's/^[^-]*-\([a-z]*\).*/\1/' <<<"$tag")"
  echo "$stand_in"
}

build() {
  local secrets=() chosen commit
  mkdir -p "$store"
  [ ! -f "${NODE_EXTRA_CA_CERTS:-}" ] || secrets+=(--secret "id=authorities,src=$NODE_EXTRA_CA_CERTS")
  [ ! -f "$HOME/.npmrc" ] || secrets+=(--secret "id=npmrc,src=$HOME/.npmrc")
  # A build that fails must not leave the image before it to be taken for its own.
  buildah rmi --force "$image" >/dev/null 2>&1 || true
  chosen=$(choose_base)
  commit=$(git -C "$tree" rev-parse HEAD 2>/dev/null || echo unknown)
  # npm may open more files at once than a container is given: EMFILE was seen once.
  buildah build --quiet --pull-never --ulimit nofile=16384:16384 --build-arg "BASE=$chosen" --build-arg "COMMIT=$commit" "${secrets[@]}" \
    --tag "$image" "$tree" >/dev/null
  buildah rmi --prune >/dev/null
  say "built $image on $chosen"
}

unpack() {
  local folder=$1 container
  mkdir -p "$folder/rootfs"
  container=$(buildah from --pull-never "$image")
  cp -a "$(buildah mount "$container")/." "$folder/rootfs"
  buildah inspect --type image "$image" >"$folder/image.json"
  buildah rm "$container" >/dev/null
}

case ${1:-} in
  build) build ;;
  unpack) unpack "${2:?a folder}" ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2 ;;
esac
