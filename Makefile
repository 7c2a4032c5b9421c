# SPDX-License-Identifier: GPL-2.0-only
#
#   make demo      what this is for, on the recording in traces/
#   make check     every test; both install what is missing (scripts/deps) and build first
#   make           build/fragreplay
#   make help      the other targets

VERSION := 0.1.0
BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 60
TRACES ?= traces
FUZZ_LIMIT ?= -max_total_time=$(FUZZ_SECONDS)

ifeq ($(origin CC),default)
CC := gcc
endif

, := ,
# one short line for each file; V=1 shows the whole commands, make -s nothing
ifeq ($(V),1)
quiet =
else ifneq ($(findstring s,$(firstword -$(MAKEFLAGS))),)
quiet = @
else
quiet = @printf '  %-7s %s\n' $(1) $(patsubst $(BUILD)/%,%,$@);
endif
# what demo and check build: quietly, on all processors unless -j says otherwise
SUBMAKE = $(MAKE) -s --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
LIBS := libtraceevent libtracefs libzstd zlib jansson
TEST_LIBS := cmocka

PKG_CONFIG ?= pkg-config

CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=gnu11 $(CFLAGS) -Wall -Wextra $(if $(WERROR),-Werror) \
	-pthread -I. -Ireplay -Iinclude -I$(BUILD)/view -I$(BUILD)/diff -I$(BUILD)/record \
	-DFRAGREPLAY_VERSION='"$(VERSION)"' -DFRAGREPLAY_EXPERIMENTAL \
	$(TARGET_CFLAGS) $(EXTRA_CFLAGS)
ALL_LDFLAGS = -pthread -Wl,--dynamic-list=policies/exports $(LDFLAGS) $(EXTRA_CFLAGS)
# without it, text compressed by xz is refused with a hint
LZMA_CFLAGS := $(shell $(PKG_CONFIG) --exists liblzma 2>/dev/null && \
	echo -DHAVE_LIBLZMA $$($(PKG_CONFIG) --cflags liblzma))
LZMA_LDLIBS := $(shell $(PKG_CONFIG) --libs liblzma 2>/dev/null)
LIB_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBS) 2>/dev/null) $(LZMA_CFLAGS)
LIB_LDLIBS := $(shell $(PKG_CONFIG) --libs $(LIBS) 2>/dev/null) $(LZMA_LDLIBS) -lm
CMOCKA_LDLIBS := $(shell $(PKG_CONFIG) --libs $(TEST_LIBS) 2>/dev/null)
# the yardstick of the decode benchmark; it is built without it where it is missing
TRACECMD_CFLAGS := $(shell $(PKG_CONFIG) --exists libtracecmd 2>/dev/null && \
	echo -DHAVE_LIBTRACECMD $$($(PKG_CONFIG) --cflags libtracecmd))
TRACECMD_LDLIBS := $(shell $(PKG_CONFIG) --libs libtracecmd 2>/dev/null)

# the skeleton is there to be copied, not to be built in
SRCS := $(filter-out policies/skeleton.c,\
	$(sort $(wildcard $(foreach room,parsers replay policies,$(room)/*.c $(room)/*/*.c))))
OBJS := $(SRCS:%.c=$(BUILD)/%.o)
LIBOBJS := $(filter-out $(BUILD)/replay/main.o,$(OBJS))
TESTS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/*/test_*.c)))
BENCHES := $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/bench/bench_*.c)))
FUZZERS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
# the page of `view`, as the bytes of an array
VIEW_PAGE := $(BUILD)/view/view_page.inc
# the criteria of `diff` when none are given: the example, likewise
BUILTIN_CRITERIA := $(BUILD)/diff/criteria.inc
# the list of events that `record` traces, likewise
RECORD_EVENTS := $(BUILD)/record/events.inc
VIEW_SCRIPTS := $(addprefix replay/view/page/,util.js blocks.js layout.js paint.js map.js chart.js \
	table.js main.js)

.PHONY: all help fidelity deps deps-build need-libs need-test-libs check check-guest run-checks \
	tests golden bench demo install uninstall deb sanitize fuzz fuzzers clean
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BUILD)/fragreplay

help:
	@echo 'all        build $(BUILD)/fragreplay (default)'
	@echo 'demo       replay the recording in traces/ and show what another policy changes'
	@echo 'check      every test; ends with "N passed, N failed"'
	@echo 'check-guest records on a real kernel under qemu, which is kept in ~/.cache'
	@echo 'sanitize   the same under address and undefined-behavior sanitizers'
	@echo 'golden     take the reports of now as the expected ones of tests/golden'
	@echo 'fidelity   the tables of doc/fidelity.md, from the recordings in TRACES=directory'
	@echo 'bench      speed, as ratios taken in one run'
	@echo 'fuzz       clang libFuzzer on every target, FUZZ_SECONDS=$(FUZZ_SECONDS) each'
	@echo 'deps       install what building and testing needs (Debian, root or sudo)'
	@echo 'install    DESTDIR=$(DESTDIR) PREFIX=$(PREFIX); uninstall takes it away again'
	@echo 'deb        build $(BUILD)/fragreplay_$(VERSION)_ARCH.deb (Debian)'
	@echo 'FILE.so    a policy of your own, of FILE.c: see policies/skeleton.c'
	@echo 'clean      remove $(BUILD), $(BUILD)-san, $(BUILD)-fuzz and policies/*.so'
	@echo 'variables  CC=gcc|clang CFLAGS= WERROR=1 BUILD=dir V=1'

# order-only for every object: one clear message instead of a page of missing headers
need-libs:
	@command -v $(PKG_CONFIG) >/dev/null && command -v $(CC) >/dev/null || { \
	echo 'fragreplay: $(CC) and $(PKG_CONFIG) are needed: run `make deps` (root or sudo)' >&2; \
	exit 1; }
	@for lib in $(LIBS); do $(PKG_CONFIG) --exists $$lib || { \
	echo "fragreplay: the development files of $$lib are missing:" \
	     'run `make deps` (Debian, root or sudo)' >&2; exit 1; }; done

need-test-libs: need-libs
	@for lib in $(TEST_LIBS); do $(PKG_CONFIG) --exists $$lib || { \
	echo "fragreplay: the development files of $$lib are missing:" \
	     'run `make deps` (Debian, root or sudo)' >&2; exit 1; }; done

deps:
	@scripts/deps check

deps-build:
	@scripts/deps build

$(BUILD)/fragreplay: $(OBJS)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIB_LDLIBS)

$(BUILD)/%.o: %.c | need-libs
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(ALL_CFLAGS) $(LIB_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/replay/view/view_html.o: $(VIEW_PAGE)
$(BUILD)/replay/diff/diff_criteria.o: $(BUILTIN_CRITERIA)
$(BUILD)/replay/record/events.o: $(RECORD_EVENTS)

$(BUILD)/view/page.html: replay/view/page/page.html replay/view/page/view.css $(VIEW_SCRIPTS)
	@mkdir -p $(@D)
	@cat $(VIEW_SCRIPTS) >$(@D)/script.js
	$(call quiet,GEN)sed -e '/^@STYLE@$$/{' -e 'r replay/view/page/view.css' -e 'd' -e '}' \
	    -e '/^@SCRIPT@$$/{' -e 'r $(@D)/script.js' -e 'd' -e '}' $< >$@

$(VIEW_PAGE): $(BUILD)/view/page.html
	$(call quiet,GEN)od -An -v -tx1 $< | sed 's/\([0-9a-f][0-9a-f]\) */0x\1,/g' >$@

$(BUILTIN_CRITERIA): scripts/ci/criteria.example
	@mkdir -p $(@D)
	$(call quiet,GEN)od -An -v -tx1 $< | sed 's/\([0-9a-f][0-9a-f]\) */0x\1,/g' >$@

$(RECORD_EVENTS): replay/record/events.list
	@mkdir -p $(@D)
	$(call quiet,GEN)od -An -v -tx1 $< | sed 's/\([0-9a-f][0-9a-f]\) */0x\1,/g' >$@

# the same file is a plug-in without this
$(BUILD)/policies/%.o: TARGET_CFLAGS := -DFRAGREPLAY_BUILTIN

# a plug-in sees the installed headers, and nothing else of the tree
%.so: %.c $(wildcard include/fragreplay/*.h)
	$(call quiet,CC)$(CC) -O2 -Wall -Wextra -Iinclude -shared -fPIC -o $@ $<

# the version is a flag, so what carries it depends on the file that sets it
$(BUILD)/replay/base/version.o: Makefile

$(TESTS): %: %.o $(BUILD)/tests/test.o $(LIBOBJS) | need-test-libs
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(CMOCKA_LDLIBS) $(LIB_LDLIBS)

# what a test replaces by its own stand-ins, and what it shares
$(BUILD)/tests/mm/test_slowpath $(BUILD)/tests/policies/test_defrag_slowpath: \
	ALL_LDFLAGS += $(addprefix -Wl$(,)--wrap=,get_page_from_freelist \
	try_to_free_pages try_to_compact_pages wakeup_kswapd drain_all_pages \
	unreserve_highatomic_pageblock zone_reclaimable_pages compaction_zonelist_suitable \
	compaction_defer_reset)
$(BUILD)/tests/mm/test_page_alloc: ALL_LDFLAGS += -Wl,--wrap=wakeup_kswapd
$(BUILD)/tests/parsers/test_memory: ALL_LDFLAGS += $(addprefix -Wl$(,)--wrap=,malloc calloc \
	realloc aligned_alloc strdup strndup)
$(BUILD)/tests/engine/test_run_seeds: ALL_LDFLAGS += -Wl,--wrap=trace_open
$(BUILD)/tests/mm/test_twin: $(BUILD)/tests/mm/twin.o

$(BUILD)/tests/bench/bench_%.o: EXTRA_CFLAGS += $(TRACECMD_CFLAGS)
$(BUILD)/tests/bench/bench_%: $(BUILD)/tests/bench/bench_%.o $(LIBOBJS)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(TRACECMD_LDLIBS) $(LIB_LDLIBS)

FUZZ_MAIN ?= $(BUILD)/tests/fuzz/standalone.o
$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(FUZZ_MAIN) $(LIBOBJS)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIB_LDLIBS)

# a recording of a machine that never was: its head says how large, and what runs there
$(BUILD)/tests/synth/synth: tests/synth/synth.c
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(ALL_CFLAGS) -o $@ $< -lm

tests: $(BUILD)/fragreplay $(TESTS) $(FUZZERS) $(BUILD)/tests/synth/synth

check: deps
	@$(SUBMAKE) tests >&2
	@$(MAKE) --no-print-directory run-checks

run-checks: tests
	@BUILD=$(abspath $(BUILD)) CC='$(CC)' tests/run

# 77: something that it needs cannot be had, which it has said
check-guest: deps
	@scripts/deps guest || :
	@$(SUBMAKE) tests >&2
	@BUILD=$(abspath $(BUILD)) sh tests/guest/run.sh || [ $$? -eq 77 ]

sanitize: deps
	@$(MAKE) --no-print-directory BUILD=build-san CFLAGS='-O1 -g' run-checks \
	EXTRA_CFLAGS='-fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer'

golden: $(BUILD)/fragreplay
	@UPDATE=1 bash tests/cli/golden.sh $(abspath $(BUILD))/fragreplay traces/7.3-small-d0

bench: $(BUILD)/fragreplay $(BENCHES)
	@BUILD=$(abspath $(BUILD)) tests/bench/bench.sh

fidelity: $(BUILD)/fragreplay
	@FRAGREPLAY=$< tests/fidelity/tables $(TRACES)

demo: deps-build
	@$(SUBMAKE) all >&2
	@FRAGREPLAY=$(abspath $(BUILD))/fragreplay OUT=$(abspath $(BUILD)) scripts/demo

# libFuzzer brings its own main(), so that standalone.o is left out
fuzz:
	@$(MAKE) --no-print-directory CC=clang BUILD=$(BUILD)-fuzz FUZZ_MAIN= CFLAGS='-O1 -g' \
	EXTRA_CFLAGS=-fsanitize=fuzzer-no-link$(,)address$(,)undefined \
	LDFLAGS=-fsanitize=fuzzer fuzzers
	@for f in $(notdir $(FUZZERS)); do \
	name=$${f#fuzz_}; corpus=$(BUILD)-fuzz/corpus/$$name; mkdir -p $$corpus; \
	$(BUILD)-fuzz/tests/fuzz/$$f $(FUZZ_LIMIT) -artifact_prefix=$(BUILD)-fuzz/ $$corpus \
	$$(ls -d tests/fuzz/corpus/$$name 2>/dev/null) || exit 1; done

fuzzers: $(FUZZERS)

# where each file goes: uninstall takes away what install put there, and the two folders are ours
BINDIR = $(DESTDIR)$(PREFIX)/bin
SHAREDIR = $(DESTDIR)$(PREFIX)/share/fragreplay
DOCDIR = $(DESTDIR)$(PREFIX)/share/doc/fragreplay
MANDIR = $(DESTDIR)$(PREFIX)/share/man
INCLUDEDIR = $(DESTDIR)$(PREFIX)/include/fragreplay
COMPLETIONDIR = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
PKGCONFIGDIR = $(DESTDIR)$(PREFIX)/share/pkgconfig
MANPAGES := $(wildcard doc/*.[157])
man_path = $(MANDIR)/man$(subst .,,$(suffix $(1)))/$(notdir $(1))
# what is read, and what it links to: as in the tree, so that the links lead to it
DOCS := README.md CONTRIBUTING.md .clang-format .editorconfig \
	$(wildcard doc/*.md doc/*.svg doc/*.schema.json doc/*.7 include/fragreplay/*.h \
	policies/*.c scripts/ci/*.yml scripts/ci/criteria.example)

install: all
	install -D -m 755 $(BUILD)/fragreplay $(BINDIR)/fragreplay
	install -D -m 755 scripts/record $(BINDIR)/fragreplay-record
	install -D -m 755 scripts/ci/fragreplay-ci $(BINDIR)/fragreplay-ci
	$(foreach page,$(MANPAGES),install -D -m 644 $(page) $(call man_path,$(page)) &&) :
	install -d $(COMPLETIONDIR)
	$(BUILD)/fragreplay completion bash >$(COMPLETIONDIR)/fragreplay
	$(foreach file,$(DOCS),install -D -m 644 $(file) $(DOCDIR)/$(file) &&) :
	install -m 644 LICENSE $(DOCDIR)
	install -d $(SHAREDIR) $(INCLUDEDIR) $(PKGCONFIGDIR)
	install -m 644 doc/*.schema.json scripts/ci/criteria.example policies/skeleton.c \
		replay/record/events.list $(SHAREDIR)
	install -m 644 include/fragreplay/*.h $(INCLUDEDIR)
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' include/fragreplay.pc.in \
		>$(PKGCONFIGDIR)/fragreplay.pc

uninstall:
	rm -f $(addprefix $(BINDIR)/,fragreplay fragreplay-record fragreplay-ci)
	rm -f $(foreach page,$(MANPAGES),$(call man_path,$(page)))
	rm -f $(COMPLETIONDIR)/fragreplay
	rm -f $(PKGCONFIGDIR)/fragreplay.pc
	rm -rf $(SHAREDIR) $(DOCDIR) $(INCLUDEDIR)

# an installable package of what install puts there
DEB_OUT ?= $(BUILD)
deb: all
	@MAKE='$(MAKE)' VERSION='$(VERSION)' OUT='$(abspath $(DEB_OUT))' scripts/deb

clean:
	rm -rf $(BUILD) build-san $(BUILD)-fuzz policies/*.so

-include $(OBJS:.o=.d) $(wildcard $(BUILD)/tests/*.d $(BUILD)/tests/*/*.d)
