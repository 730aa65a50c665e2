#!/bin/sh
# Prints the linker flags that fold identical functions, where this compiler's linker has them (lld); otherwise nothing.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo '#[unsafe(no_mangle)] pub extern "C" fn probe() {}' > "$work/probe.rs"
flags="-C link-arg=-Wl,--icf=all"
# shellcheck disable=SC2086
if ${RUSTC:-rustc} --edition 2024 --crate-type cdylib $flags -o "$work/probe.so" "$work/probe.rs" 2> "$work/said" &&
    ! grep -q icf "$work/said"; then
    echo "$flags"
fi
