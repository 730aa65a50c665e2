# make            release build: target/release/libHWMQTT.so, libHWMQTT.a, iotda-sim
# make demo       the soft bus flow on this machine: platform and two devices in network namespaces, ends by itself
# make demo-group  three devices, the group's key and members change in between
# make demo-NAME  one capability: message, property, command, shadow, gateway, bridge, bootstrap, m2m, mqtt5, v3
# make test       everything that must pass: lint, tests, C harness (plain, valgrind, ASan), release checks, demo
# make check      the long forms: field programs, other brokers, AddressSanitizer, fuzzing, soak
# make help       the other targets

CARGO ?= cargo
PYTHON ?= python3
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
DESTDIR ?=
# Where cargo builds.
BUILD = $(or $(CARGO_TARGET_DIR),target)
# Cargo features besides the default ones: tunnel (remote login).
FEATURES ?=
# Library and suites of `make conformance`; without LIB it is the release build, with interface and headers.
LIB ?=
SUITE ?= all

WITH = $(if $(FEATURES),--features "$(FEATURES)")

.PHONY: all release demos demo demo-group lan real test check lint tools conformance conformance-asan asan valgrind tsan fuzz random soak cross ohos bench evidence install uninstall docs deb dist clean help

all: release demos

# Without the folders of this machine in the binaries: smaller, and the same wherever they are built.
RELEASE_FLAGS = --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)/registry/src/= --remap-path-prefix=$(CURDIR)/=

# One kind of library at a time: built together they keep what only the other kinds need (about 600 kB in the .so).
release:
	@RUSTFLAGS="$(RELEASE_FLAGS) $$RUSTFLAGS" $(CARGO) rustc --quiet --release --lib --crate-type cdylib $(WITH) -- $$(sh scripts/fold.sh)
	@RUSTFLAGS="$(RELEASE_FLAGS) $$RUSTFLAGS" $(CARGO) rustc --quiet --release --lib --crate-type staticlib $(WITH)
	@$(PYTHON) scripts/archive.py $(BUILD)/release/libHWMQTT.a $(BUILD)/release/libHWMQTT.a
	@RUSTFLAGS="$(RELEASE_FLAGS) $$RUSTFLAGS" $(CARGO) build --quiet --release --package iotda-sim

demos: release
	@$(MAKE) --no-print-directory -s -C c_demo OUT=../target/c_demo LIBDIR=$(abspath $(BUILD))/release
ifneq ($(findstring tunnel,$(FEATURES)),)
	@$(MAKE) --no-print-directory -s -C c_demo OUT=../target/c_demo LIBDIR=$(abspath $(BUILD))/release ../target/c_demo/remote_login_demo
endif

demo: all
	@$(PYTHON) scripts/demo.py

# Three devices, a group update in the middle.
demo-group: all
	@$(PYTHON) scripts/demo_group.py

demo-%: all
	@$(PYTHON) scripts/capability.py $*

# Each LAN scenario TIMES times, about 40 minutes for 20; SCENARIO=NAME: that one only.
TIMES ?= 20
lan: all
	@$(PYTHON) scripts/lan.py --times $(TIMES) $(SCENARIO)

test:
	@$(PYTHON) scripts/test.py

check:
	@$(PYTHON) scripts/test.py check

lint:
	@$(PYTHON) scripts/test.py lint

tools:
	@sh scripts/tools.sh

ifeq ($(LIB),)
conformance: release
	@SUITE=$(SUITE) $(PYTHON) scripts/test.py conformance
else
conformance:
	@$(PYTHON) tests/conformance/run.py --lib $(LIB) --suite $(SUITE)
endif

conformance-asan:
	@SUITE=$(SUITE) $(PYTHON) scripts/test.py conformance_asan

asan:
	@$(PYTHON) scripts/test.py asan

valgrind:
	@$(PYTHON) scripts/test.py valgrind

tsan:
	@$(PYTHON) scripts/test.py tsan

# Every fuzz target under AddressSanitizer, RUNS executions each.
RUNS ?= 1000000
fuzz:
	@set -e; for target in frame json cjson downlink; do echo "fuzz $$target, $(RUNS) executions"; bash fuzz/run.sh $$target $(RUNS); done

# A device on a real IoTDA instance, beside the platform of this machine; says what it needs.
real: release
	@$(PYTHON) scripts/real.py

# 100,000 random sequences of all functions under AddressSanitizer: hours. FIRST is the first one's number.
random: release
	@SEQUENCES=100000 $(PYTHON) scripts/test.py random_calls

soak: release
	@$(PYTHON) scripts/test.py soak

# 32-bit and 64-bit ARM with the oldest compiler declared, run under qemu; installs and fetches what it needs.
cross:
	@$(PYTHON) scripts/cross.py

# OpenHarmony: both libraries for aarch64 and armv7, run under qemu, packed into dist/; with OHOS_SDK by that SDK.
ohos: release
	@$(PYTHON) scripts/ohos_gn.py
	@$(PYTHON) scripts/ohos.py

bench: release
	@$(PYTHON) scripts/measure.py

evidence: all
	@$(PYTHON) scripts/measure.py --write docs/evidence.md

# Everything or nothing; what was installed is in PREFIX/share/hwmqtt/installed.
install: release
	@$(PYTHON) scripts/install.py install --prefix $(PREFIX) --libdir $(LIBDIR) --destdir "$(DESTDIR)" --built $(BUILD)/release --features "$(FEATURES)"

uninstall:
	@$(PYTHON) scripts/install.py uninstall --prefix $(PREFIX) --destdir "$(DESTDIR)"

# Release archives for glibc 2.17 and newer, with checksums, licences and a bill of materials, in dist/.
dist:
	@$(PYTHON) scripts/dist.py

# The pages and the reference of the headers as one site, in target/docs/html.
docs:
	@$(PYTHON) scripts/docs.py

# Debian packages libhwmqtt, libhwmqtt-dev and iotda-sim, below target/debian.
deb: release
	@$(PYTHON) scripts/package/debian.py --built $(BUILD)/release --features "$(FEATURES)"

clean:
	$(CARGO) clean

help:
	@echo "all (default)  release build of the library, the simulator and the demo program; FEATURES=tunnel: with remote login"
	@echo "demo-group     three devices in one group, with a group update in the middle"
	@echo "demo-NAME      message, property, command, shadow, gateway, bridge, bootstrap, m2m, mqtt5 or v3"
	@echo "demo           the soft bus flow on this machine, about half a minute"
	@echo "lan            the group in network namespaces, each scenario TIMES=$(TIMES) times, about 40 minutes"
	@echo "test           everything that must pass; installs missing tools (clang, valgrind, ...) with apt-get"
	@echo "check          the long forms of the tests, up to 45 minutes"
	@echo "lint           rustfmt, clippy, rustdoc, generated headers"
	@echo "tools          install what the tests need"
	@echo "conformance    the vectors on the release build, or on LIB=any/library.so; SUITE=connect,uplink,... for some of them"
	@echo "conformance-asan  the same on a library built with AddressSanitizer"
	@echo "valgrind asan  the C harness under valgrind, or built with AddressSanitizer"
	@echo "tsan           the roster and its look-ups under ThreadSanitizer"
	@echo "random         100,000 random sequences of all exported functions under AddressSanitizer, hours"
	@echo "fuzz           every fuzz target under AddressSanitizer, RUNS=$(RUNS) executions each"
	@echo "soak           the long form of the stress test, some minutes"
	@echo "cross          build for 32-bit and 64-bit ARM with Rust 1.85, run tests and demos under qemu"
	@echo "ohos           build for OpenHarmony (aarch64, armv7), run under qemu, pack into dist/; OHOS_SDK=folder: with that SDK"
	@echo "bench          measure speed, size and memory; evidence: write them to docs/evidence.md"
	@echo "install        PREFIX=$(PREFIX) LIBDIR=$(LIBDIR) DESTDIR=$(DESTDIR): library, headers, pkg-config, CMake, simulator, notices"
	@echo "uninstall      the same, removed"
	@echo "docs           all pages and the reference of the headers as one site, target/docs/html/index.html"
	@echo "deb            Debian packages libhwmqtt, libhwmqtt-dev, iotda-sim in target/debian"
	@echo "dist           release archives for glibc 2.17 and newer (x86-64) in dist/, with checksums"
	@echo "clean          remove target/"
