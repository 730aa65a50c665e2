#!/bin/sh
# Installs what the tests need and this machine lacks, from Debian's packages. Ends with an error if that is impossible.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo 'int main(void) { return 0; }' > "$work/probe.c"

has() { command -v "$1" > /dev/null 2>&1; }
has_library() { for file in /usr/lib/"$1" /usr/lib/*/"$1" /usr/local/lib/"$1"; do [ -e "$file" ] && return 0; done; return 1; }
asan_works() { has "$1" && "$1" -fsanitize=address "$work/probe.c" -o "$work/probe" > /dev/null 2>&1 && "$work/probe"; }

missing() {
    has gcc || echo gcc
    has g++ || echo g++
    has clang || echo clang
    has valgrind || echo valgrind
    has ip || echo iproute2
    has mosquitto || [ -x /usr/sbin/mosquitto ] || echo mosquitto
    has openssl || echo openssl
    has cmake || echo cmake
    has meson || echo meson
    has ninja || echo ninja-build
    has pkg-config || echo pkg-config
    has node || echo nodejs
    has npm || echo npm
    has doxygen || echo doxygen
    python3 -c "import ensurepip, venv" > /dev/null 2>&1 || echo python3-venv
    has readelf || echo binutils
    has_library libcjson.so.1 || echo libcjson1
    [ -e /usr/include/stdio.h ] || echo libc6-dev
    cargo fmt --version > /dev/null 2>&1 || echo rustfmt
    cargo clippy --version > /dev/null 2>&1 || echo rust-clippy
    if has clang && ! asan_works clang; then
        echo "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev"
    fi
}

install() {
    echo "installing: $*"
    for attempt in 1 2 3; do
        if apt-get update -qq > "$work/apt.log" 2>&1 &&
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >> "$work/apt.log" 2>&1; then
            return 0
        fi
        echo "apt-get failed (attempt $attempt of 3)"
        sleep $((attempt * 5))
    done
    tail -20 "$work/apt.log" >&2
    return 1
}

# A second round, as clang's version names the package of its runtime.
for round in 1 2 3; do
    packages=$(missing)
    [ -n "$packages" ] || break
    has apt-get || { echo "missing: $packages; there is no apt-get to install them with" >&2; exit 1; }
    # shellcheck disable=SC2086
    install $packages || { echo "missing and not installable: $packages" >&2; exit 1; }
done
packages=$(missing)
[ -z "$packages" ] || { echo "still missing after the installation: $packages" >&2; exit 1; }
asan_works gcc || { echo "gcc cannot build with -fsanitize=address" >&2; exit 1; }
sh "$(dirname "$0")/compilers.sh"
