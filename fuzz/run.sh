#!/bin/sh
# Builds one fuzz target with AddressSanitizer and runs it. The stable compiler is enough.
#   fuzz/run.sh TARGET [RUNS] [option of libFuzzer …]     TARGET: downlink, json, cjson, frame or find; RUNS: default 1000000
#   fuzz/run.sh TARGET 0 FILE                             plays one input, for example target/fuzz/found/TARGET/crash-…
set -eu
cd "$(dirname "$0")/.."
target=${1:?"a target: downlink, json, cjson, frame or find"}
runs=${2:-1000000}
shift $(($# < 2 ? $# : 2))
host=$(rustc -vV | sed -n 's/^host: //p')
work=$PWD/target/fuzz

export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$work"
export RUSTFLAGS="-Zsanitizer=address -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares"
if rustc -Cunsafe-allow-abi-mismatch=sanitizer --print cfg >/dev/null 2>&1; then
    RUSTFLAGS="$RUSTFLAGS -Cunsafe-allow-abi-mismatch=sanitizer"
fi
${CARGO:-cargo} build --quiet --release --manifest-path fuzz/Cargo.toml --target "$host" --bin "$target"
program=$work/$host/release/$target

found=$work/found/$target
corpus=$work/corpus/$target
mkdir -p "$found" "$corpus"
export ASAN_OPTIONS="quarantine_size_mb=16:detect_odr_violation=0:${ASAN_OPTIONS:-}"
cd "$work" # what the library may write is written here
if [ "$runs" = 0 ]; then
    exec "$program" "$@"
fi
"${PYTHON:-python3}" "$OLDPWD/fuzz/seeds.py" "$target" "$corpus"
dictionary=$OLDPWD/fuzz/$target.dict
if [ -f "$dictionary" ]; then
    set -- "-dict=$dictionary" "$@"
fi
exec "$program" -runs="$runs" -artifact_prefix="$found/" -max_len=4096 -rss_limit_mb=1024 -timeout=10 -print_final_stats=1 \
    "$@" "$corpus"
