# Makefile - builds otpc and libotp and runs everything that tests them.
#
# Idea: one Makefile, not recursive; sources are found by folder, so a new file needs no line here.
# A variant (another compiler, sanitizers, another machine) is this same Makefile with other
# variables and its own BUILD folder. What a test means is written in tests/run/*.sh, not here.

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin CXX),default)
CXX := g++
endif
BUILD     ?= build
PREFIX    ?= /usr/local
SAN       ?=
OTPC      ?= $(BUILD)/bin/otpc
RUN_WITH  ?=
RUNNERS   ?= behaviours unit replays conformance spec headers golden samples cli examples benches lint
AR        := $(or $(filter-out ar,$(AR)),$(CROSS)ar)
ARCH      := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
VERSION    = $(shell sed -n 's/.*OTP_VERSION[A-Z_]*  *"\([0-9.]*\)".*/\1/p' runtime/include/otp/version.h)

# Flags. CFLAGS and LDFLAGS from outside come last and may add, never weaken.
WARN      := -Wall -Wextra -Wshadow -Wconversion -Wpedantic -Wstrict-prototypes \
             -Wmissing-prototypes -Wswitch-enum -Werror
SANFLAGS  := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
POSIX     := -D_POSIX_C_SOURCE=200809L
try        = $(shell $(CC) -Werror $(1) -x c -c /dev/null -o /dev/null 2>/dev/null && echo '$(1)')
# A stack that grows past its guard page must touch the guard on the way: that is what these are for.
CLASH     := $(call try,-fstack-clash-protection) \
             $(if $(filter aarch64,$(ARCH)),$(call try,--param stack-clash-protection-guard-size=12))
C11       := -std=c11 -O2 -g -pthread $(SANFLAGS)
USER_C     = $(C11) $(WARN) $(CLASH) $(POSIX) -Iruntime/include $(CFLAGS)
# -fPIC: the same objects make the archive and the shared library; hidden: OTP_API marks the rest.
RUNTIME_C  = $(C11) $(WARN) $(CLASH) -fPIC -fvisibility=hidden -Iruntime/include -Iruntime \
             $(if $(MUTANTS),-DOTP_MUTANTS) $(CFLAGS)
# gcc optimises what a message passes through as one: a call is a dozen small functions in as many
# files. What comes out is ordinary machine code, so users need no such flag.
FUSE      := $(if $(SAN)$(MUTANTS)$(findstring clang,$(CC)),,$(call try,-flto -fno-semantic-interposition))
FUSED      := $(addprefix base/,map.o reason.o) plat/context.o plat/aes.o $(addprefix behav/,genserver.o registry.o \
              registry_near.o registry_read.o registry_table.o pubsub.o task.o stream.o \
              dynamic.o dynamic_members.o \
              dynamic_requests.o supervisor.o supervisor_ask.o supervisor_children.o \
              supervisor_requests.o supervisor_restart.o supervisor_walk.o) \
              $(addprefix store/,cache_use.o store.o store_read.o table_ref.o cells.o)
FUSED_O    = $(filter $(BUILD)/obj/runtime/core/% $(addprefix %/runtime/,$(FUSED)),$(RUNTIME_O))
COMPILER_C = $(C11) $(WARN) $(POSIX) -iquote compiler -iquote grammar -iquote $(BUILD)/grammar -Iruntime/include $(CFLAGS)
TEST_C     = -Itests/unit $(CHECK_C)
CHECK_C    = $(if $(CHECK_ROOT),-I$(CHECK_ROOT)/usr/include,$(shell pkg-config --cflags check))
CHECK_LIBS = $(if $(CHECK_ROOT),$(wildcard $(addprefix $(CHECK_ROOT)/usr/lib/*/,libcheck_pic.a libsubunit.a)) \
             -lrt -lm,$(shell pkg-config --libs check))
LINK       = $(SANFLAGS) -pthread $(LDFLAGS)
DEPGEN     = -MMD -MP -MF $(@:.o=).d

# What there is.
PARSER     := $(addprefix $(BUILD)/grammar/,otp.tab.c otp.tab.h)
SCANNER    := $(addprefix $(BUILD)/grammar/,otp.lex.c otp.lex.h)
GRAMMAR_O  := $(BUILD)/obj/grammar/otp.tab.o $(BUILD)/obj/grammar/otp.lex.o
COMPILER_O := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard compiler/*.c)) $(GRAMMAR_O)
RUNTIME_O  := $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out $(if $(MUTANTS),,%/mutant.c), \
                $(wildcard $(addprefix runtime/,base/*.c plat/*.c core/*.c store/*.c behav/*.c rt.c)))) \
              $(patsubst %.S,$(BUILD)/obj/%.o,$(wildcard runtime/plat/*_$(ARCH).S))
LIB        := $(BUILD)/lib/libotp.a
SO         := $(if $(SAN),,$(BUILD)/lib/libotp.so)
UNIT       := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))
CONFORM    := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/conformance/test_*.c))
FUZZ       := $(patsubst %.c,$(BUILD)/%,$(filter-out %/replay.c,$(wildcard tests/fuzz/*.c)))
SAMPLE_DIR := $(patsubst %/,%,$(sort $(dir $(wildcard samples/*/*.otp))))
SAMPLES    := $(foreach s,$(SAMPLE_DIR),$(BUILD)/$(s)/$(notdir $(s)))
SHOWS      := $(patsubst %.c,$(BUILD)/%,$(wildcard samples/*/show.c))
PUBLIC_H   := $(wildcard runtime/include/otp/*.h)
SUPPORT_O  := $(BUILD)/obj/tests/unit/support.o
SPEC_TEST  := $(BUILD)/tests/run/spec_test

.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDEXPANSION:
.PHONY: all otpc lib tests deps demo demo-run check check-run check-all check-asan check-tsan \
        check-mutants check-valgrind check-points check-stalls check-sim check-aarch64 check-musl \
        check-clang golden bench bench-peers stress \
        lint format format-check install uninstall clean

$(if $(V),,.SILENT:) # V=1 shows every command
all: otpc lib
otpc: $(BUILD)/bin/otpc
lib: $(LIB) $(SO)

# The compiler.
$(PARSER) &: grammar/otp.y
	mkdir -p $(BUILD)/grammar
	command -v bison >/dev/null || { echo "bison is missing: run 'make deps'" >&2; exit 1; }
	$(info bison $<)bison -Wall -Werror -o $(BUILD)/grammar/otp.tab.c --header=$(BUILD)/grammar/otp.tab.h $<
$(SCANNER) &: grammar/otp.l
	mkdir -p $(BUILD)/grammar
	command -v flex >/dev/null || { echo "flex is missing: run 'make deps'" >&2; exit 1; }
	$(info flex  $<)flex -o $(BUILD)/grammar/otp.lex.c --header-file=$(BUILD)/grammar/otp.lex.h $<
$(BUILD)/obj/compiler/%.o: compiler/%.c | $(PARSER) $(SCANNER)
	mkdir -p $(@D)
	$(info cc    $<)$(CC) $(COMPILER_C) $(DEPGEN) -c -o $@ $<
# What flex and bison write is theirs: it gets fewer warnings than what people write.
$(BUILD)/obj/grammar/%.o: $(BUILD)/grammar/%.c | $(PARSER) $(SCANNER)
	mkdir -p $(@D)
	$(info cc    $<)$(CC) $(COMPILER_C) -Wno-conversion -Wno-sign-conversion -Wno-switch-enum -Wno-shadow \
	  -Wno-unused-but-set-variable -Wno-missing-prototypes $(DEPGEN) -c -o $@ $<
$(BUILD)/bin/otpc: $(COMPILER_O)
	mkdir -p $(@D)
	$(info link  $@)$(CC) -o $@ $^ $(LINK)

# The runtime. Only plat/ may use what POSIX does not have.
$(BUILD)/obj/runtime/plat/%.o: private FEATURES = -D_GNU_SOURCE
$(BUILD)/obj/runtime/%.o: private FEATURES = $(POSIX)
$(BUILD)/obj/runtime/%.o: runtime/%.c
	mkdir -p $(@D)
	$(info cc    $<)$(CC) $(RUNTIME_C) $(FEATURES) $(DEPGEN) -c -o $@ $<
$(BUILD)/obj/runtime/%.o: runtime/%.S
	mkdir -p $(@D)
	$(info cc    $<)$(CC) -g -Iruntime/include -Iruntime $(CFLAGS) $(DEPGEN) -c -o $@ $<
$(BUILD)/obj/runtime/core/%.o $(addprefix $(BUILD)/obj/runtime/,$(FUSED)): private RUNTIME_C += $(FUSE)
$(BUILD)/obj/runtime/fused.o: $$(FUSED_O)
	$(info link  $@)$(CC) $(RUNTIME_C) $(FUSE) -w -r -flto-partition=one -flinker-output=nolto-rel -nostdlib -o $@ $^
	$(CROSS)objcopy --wildcard --keep-global-symbol='otp*' $@
RUNTIME_ALL = $(if $(FUSE),$(filter-out $(FUSED_O),$(RUNTIME_O)) $(BUILD)/obj/runtime/fused.o,$(RUNTIME_O))
$(LIB): $$(RUNTIME_ALL)
	mkdir -p $(@D)
	$(info ar    $@)rm -f $@ && $(AR) rcs $@ $^
$(BUILD)/lib/libotp.so: $$(RUNTIME_ALL)
	mkdir -p $(@D)
	$(info link  $@)$(CC) -shared -Wl,-soname,libotp.so.0 -Wl,-z,defs -o $@.0 $^ $(LINK)
	ln -sf libotp.so.0 $@

# Test programs. test_otpc_X is linked with the compiler's objects, any other test_X with libotp.
$(SUPPORT_O): tests/unit/support.c
	mkdir -p $(@D)
	$(info cc    $<)$(CC) $(USER_C) $(TEST_C) $(DEPGEN) -c -o $@ $<
$(BUILD)/tests/unit/test_otpc_%: tests/unit/test_otpc_%.c $(SUPPORT_O) $(filter-out %/main.o,$(COMPILER_O))
	mkdir -p $(@D)
	$(info cc    $<)$(CC) $(COMPILER_C) $(TEST_C) $(DEPGEN) -o $@ $(filter %.c %.o,$^) $(CHECK_LIBS) $(LINK)
$(BUILD)/tests/unit/test_%: tests/unit/test_%.c $(SUPPORT_O) $(LIB)
	mkdir -p $(@D)
	$(info cc    $<)$(CC) $(USER_C) $(TEST_C) -Iruntime $(DEPGEN) -o $@ $(filter %.c %.o %.a,$^) $(CHECK_LIBS) $(LINK)
$(BUILD)/tests/conformance/test_%: tests/conformance/test_%.c $(SUPPORT_O) $(LIB) $(PUBLIC_H) \
    $$(wildcard tests/conformance/*.h tests/conformance/$$*.otp tests/conformance/$$*/*) \
    $$(if $$(wildcard tests/conformance/$$*.otp),$(OTPC)) | tests/run/compile.sh
	$(info build $@)$(SCRIPT_ENV) CFLAGS="$(USER_C) $(TEST_C)" LIBS="$(SUPPORT_O) $(LIB) $(CHECK_LIBS) $(LINK)" \
	  sh tests/run/compile.sh $(BUILD)/tests/conformance/$* $@ $(filter %.otp %.c,$^)
# Fuzz programs: each is linked with the compiler's objects and libotp, and with what feeds it.
FUZZER      = tests/fuzz/replay.c
$(BUILD)/tests/fuzz/%: tests/fuzz/%.c $(filter-out %/main.o,$(COMPILER_O)) $(LIB) tests/fuzz/replay.c
	mkdir -p $(@D)
	$(info cc    $<)$(CC) $(COMPILER_C) -Iruntime $(DEPGEN) -o $@ $< $(FUZZER) $(filter %.o %.a,$^) $(LINK)
$(SPEC_TEST): tests/run/spec_test.c
	mkdir -p $(@D)
	$(info cc    $<)$(CC) $(C11) $(WARN) $(POSIX) $(CFLAGS) -o $@ $< $(LINK)

# Samples, as a user would build them: spec and handlers in, a program out. show.c has its own main.
$(SAMPLES): $(BUILD)/samples/%: $$(wildcard samples/$$(*D)/*) $(OTPC) $(LIB) $(PUBLIC_H) | tests/run/compile.sh
	$(info build $@)$(SCRIPT_ENV) MAIN=--main CFLAGS="$(USER_C)" LIBS="$(LIB) $(LINK)" \
	  sh tests/run/compile.sh $(@D)/gen $@ $(filter %.otp %.c %/needs,$(filter-out %/show.c,$^))
$(SHOWS): $(BUILD)/samples/%/show: $$(wildcard samples/$$*/*) $(OTPC) $(LIB) $(PUBLIC_H) | tests/run/compile.sh
	$(info build $@)$(SCRIPT_ENV) CFLAGS="$(USER_C)" LIBS="$(LIB) $(LINK)" \
	  sh tests/run/compile.sh $(@D)/show.gen $@ $(filter %.otp %.c %/needs,$^)

# Running tests. run-X runs one runner; check-run all of RUNNERS, and counts.
SCRIPT_ENV = BUILD='$(BUILD)' OTPC='$(OTPC)' CC='$(CC)' CXX='$(CXX)' RUN_WITH='$(RUN_WITH)' \
             SAN='$(SAN)' NM='$(CROSS)nm'
RUNNER_ENV = $(SCRIPT_ENV) USER_C='$(USER_C)' LIBS='$(LIB) $(LINK)' UNIT='$(sort $(UNIT))' \
             CONFORM='$(sort $(CONFORM))' SAMPLES='$(SAMPLES)' SPEC_TEST='$(SPEC_TEST)' FUZZ='$(FUZZ)'
SUB        = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
tests: $(UNIT) $(FUZZ) $(CONFORM) $(SAMPLES) $(SHOWS) $(SPEC_TEST)
run-replays: $(FUZZ)
run-unit: $(UNIT)
run-conformance: $(CONFORM)
run-samples: $(SAMPLES) $(SHOWS)
run-spec run-golden run-cli: $(SPEC_TEST) otpc
run-examples run-benches run-lint: all
run-%:
	$(RUNNER_ENV) sh tests/run/check.sh $*
check-run: all tests
	$(RUNNER_ENV) sh tests/run/check.sh $(RUNNERS)
deps:
	sh tests/run/deps.sh all
check:
	+sh tests/run/deps.sh base && $(SUB) check-run
demo:
	+sh tests/run/deps.sh base && $(SUB) demo-run
demo-run: all
	$(RUNNER_ENV) sh samples/cache/demo.sh
lint: run-lint ;
golden: all
	$(RUNNER_ENV) sh tests/run/golden.sh --rewrite

# Variants: the same programs under other compilers, checkers and machines.
DYNAMIC       := unit conformance samples
check-asan:
	+$(SUB) BUILD=$(BUILD)/asan SAN=address,undefined RUNNERS="$(DYNAMIC) spec cli" check-run
check-tsan:
	+$(SUB) BUILD=$(BUILD)/tsan SAN=thread CC=clang CXX=clang++ RUNNERS="$(DYNAMIC)" check-run
check-clang:
	+$(SUB) BUILD=$(BUILD)/clang CC=clang CXX=clang++ RUNNERS="$(DYNAMIC) spec headers golden cli" check-run
check-points: # the same under delays at every point where threads may meet, from three seeds
	+for seed in 1 2 3; do OTP_POINT_SEED=$$seed $(SUB) BUILD=$(BUILD)/points CFLAGS=-DOTP_POINTS \
	  RUNNERS="conformance samples" check-run || exit 1; done
# Threads stand still at random: one block of code in STALL's first number, for so many ms.
STALL ?= 300,5,50
check-stalls:
	mkdir -p $(BUILD)/stalls
	$(CC) $(C11) $(WARN) -D_GNU_SOURCE -fPIC -c -o $(BUILD)/stalls/stall.o tests/run/stall.c
	+OTP_STALL=$(STALL) OTP_TESTS_AT_ONCE=8 $(SUB) BUILD=$(BUILD)/stalls CC=$(CC) \
	  CFLAGS=-fsanitize-coverage=trace-pc LDFLAGS=$(BUILD)/stalls/stall.o \
	  RUNNERS="unit conformance" check-run
check-sim: # threads one at a time, from seeds; the same build
	+$(SUB) BUILD=$(BUILD)/points CFLAGS=-DOTP_POINTS run-sim
run-sim: $(CONFORM)
check-fuzz: # the same inputs each time; FUZZ_SECONDS=600: others, for so long
	+$(SUB) BUILD=$(BUILD)/fuzz CC=clang CXX=clang++ SAN=address,undefined,fuzzer-no-link \
	  FUZZER=-fsanitize=fuzzer run-fuzz
run-fuzz: $(FUZZ)
check-valgrind:
	+$(SUB) RUN_WITH="sh tests/run/valgrind.sh" RUNNERS="$(DYNAMIC)" check-run
check-musl: all # the test library is built for glibc, so here the samples are the test
	+$(SUB) BUILD=$(BUILD)/musl CC=musl-gcc OTPC=$(OTPC) run-samples
check-aarch64: all
	BUILD=$(BUILD)/aarch64 sh tests/run/aarch64.sh --prepare
	+$(SUB) BUILD=$(BUILD)/aarch64 OTPC=$(OTPC) CROSS=aarch64-linux-gnu- CC=aarch64-linux-gnu-gcc \
	  CXX=aarch64-linux-gnu-g++ RUN_WITH="sh tests/run/aarch64.sh" RUNNERS="$(DYNAMIC)" \
	  CHECK_ROOT=$(BUILD)/aarch64/debian check-run
check-mutants: all
	+SUBMAKE='$(SUB)' BUILD='$(BUILD)/mutants' OTPC='$(OTPC)' sh tests/run/mutants.sh
check-all: # make check, then what else this machine has the tools for
	+SUBMAKE='$(SUB)' BUILD='$(BUILD)' sh tests/run/check_all.sh

# Tests from seeds, with STRESS times as many of them as in make check.
STRESS   ?= 100
STRESSED  = $(patsubst %.c,$(BUILD)/%,$(shell grep -l OTP_STRESS tests/conformance/test_*.c))
stress: $$(STRESSED)
	for program in $^; do OTP_STRESS=$(STRESS) $$program || exit 1; done

bench: all
	$(RUNNER_ENV) sh tests/run/bench.sh $(BENCH)
bench-peers: all
	$(RUNNER_ENV) sh tests/run/bench.sh --peers $(BENCH)

SOURCES_C = $(wildcard compiler/*.[ch] $(addprefix runtime/,*.c include/otp/*.h */*.[ch]) \
            samples/*/*.[ch] tests/*/*.[ch] tests/conformance/*/*.[ch])
format:       ; clang-format -i $(SOURCES_C)
format-check: ; clang-format --dry-run -Werror $(SOURCES_C) && echo 'format: 1 passed, 0 failed, 0 skipped'

DEST = $(DESTDIR)$(PREFIX)
install: all
	BUILD='$(BUILD)' VERSION='$(VERSION)' PREFIX='$(PREFIX)' sh tests/run/install.sh install '$(DEST)'
uninstall:
	sh tests/run/install.sh uninstall '$(DEST)'
clean:
	rm -rf $(BUILD)

-include $(COMPILER_O:.o=.d) $(RUNTIME_O:.o=.d) $(SUPPORT_O:.o=.d) $(addsuffix .d,$(UNIT))
