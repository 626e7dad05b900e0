#!/usr/bin/env bash
# The one entry: run, test, check, build, package, bench. `./build.sh help` says them in a line each.
#
# Written for bash 3.2, which macOS still ships: no associative arrays, no mapfile, and "${a[@]}" only when a is set.
# Every failure ends in one line that says what is missing and how to get it.

set -eu -o pipefail
unset CDPATH
FROM=$PWD
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cd "$ROOT"

STAMPS=target/stamps
LOGS=target/logs
TRIPLE=wasm32-unknown-unknown
WASM_TARGET_DIR=target/wasm
# What build.sh promises lies under target/, whatever the caller's cargo is set to.
export CARGO_TARGET_DIR="$ROOT/target"

help() {
  cat <<'TEXT'
usage: ./build.sh <verb>

  run      build, then show the extension at work in a browser   [--headless] [--browser chromium|firefox] [--out DIR]
  test     build, then every test: core, command line, wasm, and both browsers   [rust] [wasm] [popup] [e2e]
  check    formatting, clippy (native and wasm32), types, linters, manifests, locales
  build    the command line (target/release/onlooker) and the unpacked extensions (dist/chrome, dist/firefox)
  package  dist/onlooker-chrome-VERSION.zip and dist/onlooker-firefox-VERSION.zip, the same bytes each time
  fuzz     the readers of lists that people add, with bytes made up by libFuzzer   [TARGET] [SECONDS]
  bench    build, then measure against other engines   [--json FILE] [--har DIR]
  help     this

Browsers are found on the machine; CHROMIUM=/path and FIREFOX=/path name others.
TEXT
}

say() { printf '· %s\n' "$*" >&2; }
die() { printf 'build.sh: %s\n' "$*" >&2; exit 2; }
have() { command -v "$1" >/dev/null 2>&1; }

# --- what did the caller's machine bring, what can be fetched -------------------------------------------------------

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif have sudo && sudo -n true 2>/dev/null; then sudo -n "$@"; else return 1; fi
}

can_apt() { have apt-get && as_root true; }

# Installs Debian packages; quiet, with a log.
apt_install() {
  mkdir -p "$LOGS"
  say "installing $* (apt-get)"
  # First the index: an old one names browsers that are long outdated. Without a network the installed index may do.
  as_root apt-get update >"$LOGS/apt.log" 2>&1 || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y "$@" >>"$LOGS/apt.log" 2>&1
}

# limited SECONDS COMMAND...: macOS has no `timeout`.
limited() {
  local left=$1 pid
  shift
  "$@" &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    if [ "$left" -le 0 ]; then kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; return 124; fi
    sleep 1
    left=$((left - 1))
  done
  wait "$pid"
}

# A number that changes when a file below one of the paths changes, comes or goes.
# (extension/vendor is made by the build itself.)
key() { { find "$@" -type f ! -path 'extension/vendor/*' -exec cksum {} + 2>/dev/null || true; } | LC_ALL=C sort | cksum; }

# One build at a time in one folder: a second one waits, and then mostly finds everything done.
one_at_a_time() {
  local holder waited=0
  while ! mkdir "$STAMPS/lock" 2>/dev/null; do
    holder=$(cat "$STAMPS/lock/pid" 2>/dev/null || true)
    # A holder that is gone left its lock behind; one that has not written its number yet gets a moment.
    if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then rm -rf "$STAMPS/lock"; continue; fi
    if [ -z "$holder" ] && [ "$waited" -ge 5 ]; then rm -rf "$STAMPS/lock"; continue; fi
    [ "$waited" != 0 ] || say "waiting for another build in this folder (process ${holder:-?})"
    sleep 1
    waited=$((waited + 1))
  done
  printf '%s\n' "$$" >"$STAMPS/lock/pid"
  trap 'rm -rf "$STAMPS/lock"' EXIT
}

# fresh NAME KEY: was the step NAME last done with this KEY?
fresh() { [ -f "$STAMPS/$1" ] && [ "$(cat "$STAMPS/$1")" = "$2" ]; }
done_with() { mkdir -p "$STAMPS" && printf '%s\n' "$2" >"$STAMPS/$1"; }

need_node() {
  have node || die "Node.js is missing: install version 20.19 or newer (nodejs.org, or your system's packages)"
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' \
    || die "Node.js $(node --version) is too old: install version 20.19 or newer (nodejs.org)"
}

need_npm_packages() {
  need_node
  cmp -s package-lock.json node_modules/.onlooker-lock && return 0
  have npm || die "npm is missing: it comes with Node.js (nodejs.org), or as the package npm of your system"
  say "npm packages, by the lock file"
  mkdir -p "$LOGS"
  npm ci --loglevel=error >"$LOGS/npm.log" 2>&1 \
    || die "npm ci failed: $(grep -E '^npm (error|ERR!)' "$LOGS/npm.log" | grep -v -m1 ' code ' || echo no reason given) (all of it: $LOGS/npm.log)"
  cp package-lock.json node_modules/.onlooker-lock
}

need_rust() {
  have cargo && have rustc || die "Rust is missing: install it from rustup.rs (or your system's rustc and cargo, 1.88 or newer)"
  have cc || have gcc || have clang || die "a C linker is missing: install gcc or clang (Debian: apt-get install gcc; macOS: xcode-select --install)"
}

# need_cargo_part SUBCOMMAND COMPONENT
need_cargo_part() {
  cargo "$1" --version >/dev/null 2>&1 && return 0
  have rustup && limited 120 rustup component add "$2" >/dev/null 2>&1 && return 0
  die "cargo $1 is missing: rustup component add $2 (or your system's package for it)"
}

# --- the compiler for wasm ------------------------------------------------------------------------------------------

# The system's own Rust beside rustup's. Debian's comes without a ready standard library for wasm, but with its source.
SYSTEM_RUSTC=/usr/bin/rustc
SYSTEM_CARGO=/usr/bin/cargo

target_ready() { [ -d "$("$1" --print target-libdir --target "$TRIPLE" 2>/dev/null)" ]; }

system_rust_usable() {
  [ -x "$SYSTEM_RUSTC" ] && [ -x "$SYSTEM_CARGO" ] || return 1
  local minor
  minor=$("$SYSTEM_RUSTC" --version | sed -n 's/^rustc 1\.\([0-9]*\).*/\1/p')
  [ "${minor:-0}" -ge 88 ] || return 1
  target_ready "$SYSTEM_RUSTC" && return 0
  [ -f "$("$SYSTEM_RUSTC" --print sysroot)/lib/rustlib/src/rust/library/std/Cargo.toml" ] && have rust-lld
}

# Sets WASM_RUST to "active" or "system". WASM_RUST in the environment decides beforehand.
need_wasm_rust() {
  need_rust
  case "${WASM_RUST:-}" in
    active | system) return 0 ;;
    "") ;;
    *) die "WASM_RUST=$WASM_RUST is not known: active or system" ;;
  esac
  if target_ready rustc; then WASM_RUST=active; return 0; fi
  # Where rustup's server cannot be reached it is not asked each time.
  if have rustup && ! { [ -f "$STAMPS/no-rustup-target" ] && system_rust_usable; }; then
    say "the target $TRIPLE (rustup)"
    if limited 180 rustup target add "$TRIPLE" >/dev/null 2>&1 && target_ready rustc; then WASM_RUST=active; return 0; fi
    done_with no-rustup-target "rustup could not add the target"
  fi
  if system_rust_usable; then WASM_RUST=system; return 0; fi
  if can_apt && apt_install rustc-web cargo-web rust-web-src rust-web-clippy lld-22 && system_rust_usable; then
    WASM_RUST=system
    return 0
  fi
  die "the Rust target $TRIPLE is missing: rustup target add $TRIPLE (on Debian also: apt-get install rustc-web cargo-web rust-web-src rust-web-clippy lld-22)"
}

# wasm_cargo SUBCOMMAND ARGS...: cargo for wasm, in a target folder of its own so that it never fights the native one.
wasm_cargo() {
  local sub=$1 sysroot flags sep
  shift
  sep=$(printf '\037')
  if [ "$WASM_RUST" = system ]; then sysroot=$("$SYSTEM_RUSTC" --print sysroot); else sysroot=$(rustc --print sysroot); fi
  # Panic messages carry file names. They must not depend on whose machine compiled them.
  flags="--remap-path-prefix=$ROOT=onlooker"
  flags="$flags$sep--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
  flags="$flags$sep--remap-path-prefix=$sysroot=rust"
  if [ "$WASM_RUST" = active ]; then
    CARGO_ENCODED_RUSTFLAGS=$flags cargo "$sub" --target "$TRIPLE" --target-dir "$WASM_TARGET_DIR" "$@"
    return
  fi
  local build_std=""
  target_ready "$SYSTEM_RUSTC" || build_std=-Zbuild-std=std,panic_abort
  # RUSTC_BOOTSTRAP lets a stable compiler build the standard library. cargo would look for cargo-clippy beside rustup's
  # own tools first, so it is named whole.
  if [ "$sub" = clippy ]; then set -- /usr/bin/cargo-clippy "$sub" ${build_std:+"$build_std"} --target "$TRIPLE" --target-dir "$WASM_TARGET_DIR" "$@"
  else set -- "$SYSTEM_CARGO" "$sub" ${build_std:+"$build_std"} --target "$TRIPLE" --target-dir "$WASM_TARGET_DIR" "$@"; fi
  CARGO_ENCODED_RUSTFLAGS=$flags CARGO=$SYSTEM_CARGO RUSTC=$SYSTEM_RUSTC RUSTC_BOOTSTRAP=1 PATH="/usr/bin:$PATH" "$@"
}

# --- the steps of a build -------------------------------------------------------------------------------------------

# LOCKED=--locked where the result is given to others.
LOCKED=""
QUIET=--quiet
[ -t 2 ] && QUIET=""

build_wasm_bindgen() {
  local ours theirs
  theirs=$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"$/\1/p;}' Cargo.lock 2>/dev/null)
  ours=$(sed -n '/^name = "wasm-bindgen-cli-support"$/{n;s/^version = "\(.*\)"$/\1/p;}' tools/wasm-bindgen/Cargo.lock)
  [ -z "$theirs" ] || [ "$ours" = "$theirs" ] \
    || die "wasm-bindgen is $theirs in Cargo.lock but $ours in tools/wasm-bindgen: make the two Cargo.toml name the same version"
  [ -x target/tools/release/onlooker-wasm-bindgen ] || say "tools/wasm-bindgen (once)"
  cargo build $QUIET --release --locked --manifest-path tools/wasm-bindgen/Cargo.toml --target-dir target/tools \
    || die "tools/wasm-bindgen did not build: the reason is above"
}

build_wasm() {
  need_wasm_rust
  say "the core for the browser (wasm)"
  # `rustc --crate-type cdylib`: beside an rlib, cargo would leave link-time optimisation out.
  wasm_cargo rustc $QUIET $LOCKED --lib --crate-type cdylib --profile wasm \
    || die "the core did not build for wasm: the reason is above"
  build_wasm_bindgen
  local raw now
  raw=$WASM_TARGET_DIR/$TRIPLE/wasm/onlooker.wasm
  now=$(key "$raw" target/tools/release/onlooker-wasm-bindgen package-lock.json)
  if fresh wasm "$now" && [ -f pkg/onlooker_bg.wasm ] && [ -f pkg/onlooker.js ] && [ -f pkg/onlooker.d.ts ]; then return 0; fi
  target/tools/release/onlooker-wasm-bindgen "$raw" pkg onlooker || die "wasm-bindgen failed: the reason is above"
  done_with wasm "$now"
}

# The command line compiles the lists, and is then built again with the lists in it.
build_cli() {
  say "the command line"
  cargo build $QUIET $LOCKED --release --bin onlooker || die "the command line did not build: the reason is above"
  local now
  now=$(key src lists build.rs Cargo.toml Cargo.lock package-lock.json)
  if ! { fresh pack "$now" && [ -f pkg/onlooker.pack ]; }; then
    say "the lists"
    target/release/onlooker lists compile --out "$STAMPS/onlooker.pack" || die "the lists did not compile: the reason is above"
    # The same lists give the same bytes; then nothing that holds them needs to be built again.
    cmp -s "$STAMPS/onlooker.pack" pkg/onlooker.pack || cp "$STAMPS/onlooker.pack" pkg/onlooker.pack
    done_with pack "$now"
  fi
  cargo build $QUIET $LOCKED --release --bin onlooker || die "the command line did not build: the reason is above"
}

# build_notices NAME TARGET
build_notices() {
  local now platform
  platform=$2
  [ "$platform" != host ] || platform=$(rustc -vV | sed -n 's/^host: //p')
  now="$2 $(key Cargo.lock Cargo.toml package-lock.json lists/sources.toml tools/notices.mjs)"
  if fresh "$1.key" "$now" && [ -f "$STAMPS/$1.txt" ]; then return 0; fi
  cargo metadata --format-version 1 --filter-platform "$platform" 2>"$LOGS/metadata.log" \
    | node tools/notices.mjs "$2" "$STAMPS/$1.txt" || die "the notices of others' licences could not be made: see $LOGS/metadata.log"
  done_with "$1.key" "$now"
}

build_dist() {
  local now
  now=$(key extension pkg Cargo.toml LICENSE package-lock.json tools/dist.mjs tools/lib.mjs "$STAMPS/notices-wasm.txt")
  if fresh dist "$now" && [ -f dist/chrome/manifest.json ] && [ -f dist/firefox/manifest.json ]; then return 0; fi
  say "dist/chrome and dist/firefox"
  node tools/dist.mjs || die "the extensions could not be put together: the reason is above"
  cp "$STAMPS/notices-host.txt" dist/THIRD-PARTY-NOTICES.txt
  done_with dist "$now"
}

build() {
  mkdir -p "$STAMPS" "$LOGS" pkg
  one_at_a_time
  need_npm_packages
  need_rust
  build_cli
  build_wasm
  build_notices notices-wasm "$TRIPLE"
  build_notices notices-host host
  build_dist
  rm -rf "$STAMPS/lock"
  trap - EXIT
}

# --- browsers -------------------------------------------------------------------------------------------------------

# first_program NAME...: the first that exists, by its whole path.
first_program() {
  local name
  for name in "$@"; do
    if have "$name"; then command -v "$name"; return 0; fi
  done
  return 1
}

find_chromium() {
  first_program chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Chromium.app/Contents/MacOS/Chromium" "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
}

find_firefox() {
  first_program firefox-esr firefox "/Applications/Firefox.app/Contents/MacOS/firefox"
}

need_chromium() {
  if [ -n "${CHROMIUM:-}" ]; then
    have "$CHROMIUM" || die "CHROMIUM=$CHROMIUM is no program: name Chromium's or Chrome's executable, or unset it"
  else
    CHROMIUM=$(find_chromium) || { can_apt && apt_install chromium && CHROMIUM=$(find_chromium); } \
      || die "Chromium is missing: install it (Debian: apt-get install chromium) or set CHROMIUM to its path"
  fi
  export CHROMIUM
}

need_firefox() {
  if [ -n "${FIREFOX:-}" ]; then
    have "$FIREFOX" || die "FIREFOX=$FIREFOX is no program: name Firefox's executable, or unset it"
  else
    FIREFOX=$(find_firefox) || { can_apt && apt_install firefox-esr && FIREFOX=$(find_firefox); } \
      || die "Firefox is missing: install it (Debian: apt-get install firefox-esr) or set FIREFOX to its path"
  fi
  export FIREFOX
}

# --- verbs ----------------------------------------------------------------------------------------------------------

PASSED=0
FAILED=0

# step NAME COMMAND...: one line when it is well, all its words when it is not.
step() {
  local name=$1 log status=0
  shift
  log=$LOGS/check-$(printf '%s' "$name" | tr -c 'a-z0-9\n' '-').log
  # In a shell of its own: a step that gives up must not end the others.
  ("$@") >"$log" 2>&1 || status=$?
  if [ "$status" = 0 ]; then
    PASSED=$((PASSED + 1))
    printf 'ok      %s\n' "$name"
  else
    FAILED=$((FAILED + 1))
    printf 'FAILED  %s\n' "$name"
    sed 's/^/        /' "$log"
  fi
}

# lock_is_current MANIFEST
lock_is_current() {
  cargo metadata --locked --format-version 1 --manifest-path "$1" >/dev/null
}

wasm_clippy() {
  if [ "$WASM_RUST" = active ]; then need_cargo_part clippy clippy
  elif [ ! -x /usr/bin/cargo-clippy ]; then
    can_apt && apt_install rust-web-clippy || die "clippy for the system's Rust is missing: apt-get install rust-web-clippy"
  fi
  # The profile of the build, so that build scripts and macros are compiled once.
  wasm_cargo clippy --lib --profile wasm -- -D warnings
}

check() {
  build
  need_cargo_part fmt rustfmt
  need_cargo_part clippy clippy
  step "cargo lock file" lock_is_current Cargo.toml
  step "rustfmt" cargo fmt --check -- -l
  step "rustfmt, wasm-bindgen" cargo fmt --check --manifest-path tools/wasm-bindgen/Cargo.toml -- -l
  step "rustfmt, zip" cargo fmt --check --manifest-path tools/zip/Cargo.toml -- -l
  step "cargo lock file, zip" lock_is_current tools/zip/Cargo.toml
  step "cargo lock file, bench" lock_is_current benches/peers/Cargo.toml
  step "cargo lock file, fuzz" lock_is_current fuzz/Cargo.toml
  step "rustfmt, fuzz" cargo fmt --check --manifest-path fuzz/Cargo.toml -- -l
  step "check, bench" cargo check --locked --quiet --manifest-path benches/peers/Cargo.toml
  step "check, fuzz" cargo check --locked --quiet --manifest-path fuzz/Cargo.toml
  step "clippy, native" cargo clippy --all-targets -- -D warnings
  step "clippy, wasm32" wasm_clippy
  step "types, extension" node_modules/.bin/tsc -p tsconfig.json
  step "types, tools and tests" node_modules/.bin/tsc -p tsconfig.node.json
  step "eslint" node_modules/.bin/eslint --max-warnings 0 .
  step "manifests" node tools/check-manifests.mjs
  step "locales" node tools/check-locales.mjs
  step "repository" node tools/check-repo.mjs
  step "web-ext lint" node tools/lint-extension.mjs
  step "our own lists" target/release/onlooker lists check
  printf '%s passed, %s failed\n' "$PASSED" "$FAILED"
  [ "$FAILED" = 0 ]
}

# count FILE PATTERN: the sum of the numbers that sed's PATTERN takes from the lines of FILE.
count() { LC_ALL=C sed -n "$2" "$1" | awk '{ n += $1 } END { print n + 0 }'; }

# suite NAME KIND COMMAND...: runs a suite to its end, shows it, and adds up what it says of itself.
suite() {
  local name=$1 kind=$2 log status=0 passed failed
  shift 2
  log=$LOGS/test-$kind-$(printf '%s' "$name" | tr -c 'a-z0-9\n' '-').log
  printf '\n== %s\n' "$name"
  "$@" 2>&1 | tee "$log" || status=$?
  case "$kind" in
    cargo)
      passed=$(count "$log" 's/^test result: .* \([0-9]*\) passed; .*/\1/p')
      failed=$(count "$log" 's/^test result: .* \([0-9]*\) failed; .*/\1/p')
      ;;
    node)
      passed=$(count "$log" 's/^[^a-z0-9]* pass \([0-9]*\)$/\1/p')
      failed=$(count "$log" 's/^[^a-z0-9]* fail \([0-9]*\)$/\1/p')
      ;;
  esac
  # A suite that breaks before it counts, or that runs nothing, has failed.
  if [ "$status" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
  if [ "$passed" = 0 ] && [ "$failed" = 0 ]; then failed=1; printf '%s: no test ran\n' "$name"; fi
  PASSED=$((PASSED + passed))
  FAILED=$((FAILED + failed))
  SUMMARY="$SUMMARY$(printf '%-28s %5s passed %5s failed' "$name" "$passed" "$failed")
"
}

test_rust() { suite "core and command line" cargo cargo test --release --no-fail-fast $QUIET; }

test_wasm() { suite "wasm" node node --test --test-reporter=spec tests/wasm/*.test.mjs; }

test_popup() {
  need_chromium
  suite "popup" node node --test --test-reporter=spec tests/popup/*.test.mjs
}

test_e2e() {
  need_chromium
  need_firefox
  suite "browsers" node node --test --test-reporter=spec tests/e2e/*.test.mjs
}

tests() {
  local what
  SUMMARY=""
  for what in "$@"; do
    case "$what" in
      rust | wasm | popup | e2e) ;;
      *) die "test knows no part \"$what\": rust, wasm, popup, e2e, or nothing for all" ;;
    esac
  done
  build
  [ $# -gt 0 ] || set -- rust wasm popup e2e
  for what in "$@"; do "test_$what"; done
  printf '\n%s%s passed, %s failed\n' "$SUMMARY" "$PASSED" "$FAILED"
  [ "$FAILED" = 0 ]
}

package() {
  LOCKED=--locked
  build
  local version browser zip
  version=$(node -p "require('./dist/firefox/manifest.json').version")
  say "web-ext lint"
  node tools/lint-extension.mjs || die "web-ext lint complains: see above"
  cargo build $QUIET --release --locked --manifest-path tools/zip/Cargo.toml --target-dir target/tools \
    || die "tools/zip did not build: the reason is above"
  for browser in chrome firefox; do
    zip=dist/onlooker-$browser-$version.zip
    target/tools/release/onlooker-zip "dist/$browser" "$zip" || die "$zip could not be written: the reason is above"
    printf '%s  %s bytes\n' "$zip" "$(($(wc -c <"$zip")))"
  done
}

run() {
  local arg before="" browser=chromium
  for arg in "$@"; do
    case "$before$arg" in
      --browser=firefox | --browserfirefox) browser=firefox ;;
      --browser=chromium | --browserchromium | --headless | --browser | --out | --out=?*) ;;
      --out*) [ "$before" = --out ] || die "run knows no \"$arg\": --headless, --browser chromium|firefox, --out DIR" ;;
      # Before all that takes minutes.
      *) die "run knows no \"$before$arg\": --headless, --browser chromium|firefox, --out DIR" ;;
    esac
    before=""
    case "$arg" in --browser | --out) before=$arg ;; esac
  done
  build
  if [ "$browser" = firefox ]; then need_firefox; else need_chromium; fi
  # From the caller's folder, so that the paths in arguments mean what the caller means.
  cd "$FROM"
  exec node "$ROOT/tests/e2e/demo.mjs" "$@"
}

# The targets of fuzz/Cargo.toml, in its order.
fuzz_targets() { sed -n '/^\[\[bin\]\]$/{n;s/^name = "\(.*\)"$/\1/p;}' fuzz/Cargo.toml; }

# fuzz [TARGET] [SECONDS]: each target for so long, from the files of tests/feeds and what earlier runs found worth keeping.
# libFuzzer is built with the C++ compiler at hand, and the counters that steer it are the stable compiler's own; there is no
# sanitizer in that, and Rust without `unsafe` has little need of one.
fuzz() {
  local only="" seconds=60 target folder flags host
  case "${1:-}" in "" | *[!0-9]*) only=${1:-}; [ $# -lt 2 ] || seconds=$2 ;; *) seconds=$1 ;; esac
  case "$seconds" in "" | *[!0-9]*) die "fuzz takes a target and a number of seconds: ./build.sh fuzz stix 120" ;; esac
  [ -z "$only" ] || fuzz_targets | grep -qx -- "$only" || die "fuzz knows no target \"$only\": $(fuzz_targets | tr '\n' ' ')"
  need_rust
  have c++ || have g++ || have clang++ || die "a C++ compiler is missing: install g++ or clang (libFuzzer is C++)"
  mkdir -p "$LOGS" target/fuzz
  host=$(rustc -vV | sed -n 's/^host: //p')
  flags="--cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
  flags="$flags -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
  say "the fuzz targets"
  # With --target the flags are for the targets alone, and not for build scripts.
  RUSTFLAGS=$flags cargo build $QUIET --release --locked --manifest-path fuzz/Cargo.toml --target-dir target/fuzz --target "$host" \
    || die "the fuzz targets did not build: the reason is above"
  for target in $(fuzz_targets); do
    [ -z "$only" ] || [ "$only" = "$target" ] || continue
    folder=target/fuzz/corpus/$target
    mkdir -p "$folder"
    cp tests/feeds/* "$folder"
    # The target puts the bundle's beginning in front itself.
    [ "$target" != stix ] || sed '1,/"objects"/d' tests/feeds/bundle.stix2 >"$folder/objects"
    say "$target, $seconds seconds"
    "target/fuzz/$host/release/$target" "$folder" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
      -artifact_prefix="target/fuzz/$target-" >"$LOGS/fuzz-$target.log" 2>&1 \
      || die "$target: $(grep -m1 -E 'panicked|SUMMARY|ERROR' "$LOGS/fuzz-$target.log"); the bytes are beside target/fuzz/$target-, all of it in $LOGS/fuzz-$target.log"
    sed -n 's/^stat::number_of_executed_units: *\([0-9]*\)$/  \1 files were read/p' "$LOGS/fuzz-$target.log"
  done
}

bench() {
  build
  need_chromium
  cd "$FROM"
  exec node "$ROOT/benches/bench.mjs" "$@"
}

verb=${1:-help}
[ $# -eq 0 ] || shift
case "$verb" in
  run) run "$@" ;;
  test) tests "$@" ;;
  check) check ;;
  build) build ;;
  package) package ;;
  fuzz) fuzz "$@" ;;
  bench) bench "$@" ;;
  help | -h | --help) help ;;
  *) die "\"$verb\" is no verb: ./build.sh help says which there are" ;;
esac
