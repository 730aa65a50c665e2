#!/bin/sh
# Newer compilers than the system's own, for tests/c_programs/newest.rs: the newest clang of its packages, and gcc of the Debian
# release named here, in a root of its own below target/compilers. Ends with an error if that is impossible.
set -eu

release=trixie
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
root=$(dirname "$0")/../target/compilers/$release
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Tries a command three times, as mirrors have their moments.
try() {
    for wait in 5 15 0; do
        "$@" > "$log" 2>&1 && return 0
        sleep "$wait"
    done
    echo "impossible: $*" >&2
    tail -20 "$log" >&2
    exit 1
}

export DEBIAN_FRONTEND=noninteractive
# The newest clang that is installed, as tests/c_programs/newest.rs looks for it.
newest() { ls /usr/bin 2> /dev/null | sed -n 's/^clang-\([0-9]*\)$/\1/p' | sort -n | tail -1; }

if [ "$(newest || true)" = "" ] || [ "$(newest)" -lt 16 ]; then
    try apt-get update -qq
    wanted=$(apt-cache search --names-only '^clang-[0-9]+$' | sed -n 's/^clang-\([0-9]*\) .*/\1/p' | sort -n | tail -1)
    try apt-get install -y -qq --no-install-recommends "clang-$wanted"
fi
if ! chroot "$root" gcc --version > /dev/null 2>&1; then
    command -v debootstrap > /dev/null 2>&1 || { try apt-get update -qq; try apt-get install -y -qq debootstrap; }
    rm -rf "$root.new"
    mkdir -p "$(dirname "$root")"
    try sh -c "rm -rf '$root.new' && debootstrap --variant=minbase --include=gcc,libc6-dev $release '$root.new' $mirror"
    rm -rf "$root.new/var/cache/apt/archives" "$root.new/var/lib/apt/lists" "$root"
    mv "$root.new" "$root"
fi
