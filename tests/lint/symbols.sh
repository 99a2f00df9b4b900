#!/bin/sh
# symbols.sh - what libotp exports, and which variables outlive a function.
#
# Idea: nm sees what the compiler made of the source. The archive's global names begin with otp_ or
# otpi_ (R4). The compiler has no variable that can change (R8); the runtime has those that
# tests/lint/globals.txt names, each with its reason. Tables of constants lie in .data.rel.ro.
nm=${NM:-nm}
variables() # FILE...: "object name" of each writable one
{
    $nm -A -f sysv "$@" 2>/dev/null | awk -F'|' '
        $NF ~ /\.(t?data|t?bss)|\*COM\*/ && $NF !~ /rel\.ro/ && $4 !~ /SECTION/ {
            sub(/:[^:]*$/, "", object)
            name = $1; object = $1
            sub(/.*:/, "", name); sub(/:[^:]*$/, "", object); sub(/.*[\/:]/, "", object)
            gsub(/ /, "", name); sub(/\.[0-9]+$/, "", name)
            print object, name
        }'
}

$nm -g --defined-only "$BUILD/lib/libotp.a" 2>/dev/null | awk 'NF == 3 && $3 !~ /^otpi?_/ {
    print "FAIL libotp.a exports " $3 " (R4)" }'
$nm -D --defined-only "$BUILD/lib/libotp.so" 2>/dev/null | awk 'NF == 3 && $3 !~ /^otp_/ {
    print "FAIL libotp.so exports " $3 " (R4)" }'
variables $(find "$BUILD/obj/compiler" "$BUILD/obj/grammar" -name '*.o' 2>/dev/null) |
    while read -r object name; do echo "FAIL $object: $name can change and outlives its function (R8)"; done
[ ! -e "$BUILD/lib/libotp.a" ] || variables "$BUILD/lib/libotp.a" | while read -r object name; do
    grep -q "^$name: ." tests/lint/globals.txt ||
        echo "FAIL $object: $name is a variable that tests/lint/globals.txt does not know (R8)"
done
