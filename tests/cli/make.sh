#!/bin/sh
# make.sh - the recipe of a stamp and a rule that recovers: one run of otpc where one is needed.
. "$ROOT/tests/cli/support.inc"
command -v make >/dev/null || { echo "SKIP make is not installed"; exit 77; }
write_spec myapp.otp
cat >counted <<END
#!/bin/sh
echo run >>runs
exec "$OTPC" "\$@"
END
chmod +x counted
cat >Makefile <<'END'
H := $(addprefix gen/,myapp.otp.types.h myapp.otp.h myapp_cache_impl.h myapp.otp.c)
all: $(H:.h=.h.seen)
gen/.stamp: myapp.otp
	@./counted -o gen --stamp=$@ -MD -MF gen/myapp.d -MT $@ -MP myapp.otp
$(H) &: gen/.stamp
	@for f in $(H); do test -f $$f || { rm -f $<; $(MAKE) --no-print-directory $<; break; }; done
gen/%.seen: gen/%
	@echo "compile $<" >>compiled; touch $@
-include gen/myapp.d
.DELETE_ON_ERROR:
END
counts() # RUNS COMPILES WHAT
{
    : >>runs && : >>compiled
    counted="$(wc -l <runs) runs of otpc, $(wc -l <compiled) compiles"
    [ "$counted" = "$1 runs of otpc, $2 compiles" ] || fail "$3: $counted"
    rm -f runs compiled
    sleep 0.02
}
make -s -j2
counts 1 3 "the first build"
make -s -j2
counts 0 0 "nothing changed"
echo '// a comment' >>myapp.otp
make -s -j2
counts 1 0 "a comment changed"
make -s -j2
counts 0 0 "nothing changed again"
rm gen/myapp.otp.h gen/myapp.otp.types.h
make -s -j2
counts 1 2 "two headers gone"
mv myapp.otp away.otp
! make -s -j2 2>/dev/null || fail "a missing spec went unnoticed"
mv away.otp myapp.otp
make -s
write_bad_spec bad.otp
cp myapp.otp keep && cp bad.otp myapp.otp && touch myapp.otp
! make -s 2>/dev/null || fail "an error went unnoticed"
[ -f gen/myapp.otp.h ] || fail "an error took the old files away"
