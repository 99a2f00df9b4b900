#!/bin/sh
# in_the_way.sh - folders, pipes and links where a file shall be.
. "$ROOT/tests/cli/support.inc"
write_spec myapp.otp
mkdir -p a/myapp.otp.h
run 3 -o a myapp.otp
says err "otpc: cannot write 'a/myapp.otp.h': Is a directory"
holds a myapp.otp.h
mkdir b && mkfifo b/myapp.otp.h
run 3 -o b myapp.otp
says err "otpc: cannot write 'b/myapp.otp.h': No such device or address"
holds b myapp.otp.h
: >c
run 3 -o c myapp.otp
says err "otpc: cannot make folder 'c': File exists"
run 3 -o c/d myapp.otp
says err "otpc: cannot make folder 'c': File exists"
mkdir e && ln -s e1 e/myapp.otp.h && ln -s myapp.otp.h e/e1
run 3 -o e myapp.otp
says err "otpc: cannot write 'e/myapp.otp.h': Too many levels of symbolic links"
mkdir f && ln -s no/such f/myapp.otp.h
run 3 -o f myapp.otp
says err "otpc: cannot write 'f/myapp.otp.h': No such file or directory"
run 3 -MD -MF no/dep -o g myapp.otp
says err "otpc: cannot write 'no/dep': No such file or directory"
holds g
run 3 --stamp=no/stamp -o h myapp.otp
says err "otpc: cannot write 'no/stamp': No such file or directory"
