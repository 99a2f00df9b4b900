#!/bin/sh
# explain_tree.sh - the table of a tree, figure by figure.
. "$ROOT/tests/cli/support.inc"
cat >shop.otp <<'END'
package shop;
genserver repo { name repo; call load -> u64; }
genserver cache { name cache; info sweep; }
genserver log { name log; info flush; }
genserver once { info go; }
supervisor data {
    strategy rest_for_one;
    max_restarts 1 in 5s;
    child repo shutdown 2s;
    child cache shutdown brutal_kill;
    child second: cache name cache_two shutdown 3s;
}
supervisor main {
    strategy one_for_all;
    max_restarts 3 in 5s;
    child log shutdown infinity;
    child data shutdown 10s;
    child once restart temporary;
}
application shop { start main; }
END
run 0 explain --tree shop.otp
silent err
cat >want <<'END'
supervisor main, started by application shop
process             starts  stops  stop takes  root gives up after  goes down with it
main                1       7      for ever    -                    everything
  log               2       6      for ever    4 crashes            data, once
  data              3       5      5s          4 crashes            the 3 below it, log, once
    repo            4       4      2s          8 crashes            cache, second
    cache           5       3      0s          8 crashes            second
    second (cache)  6       2      3s          8 crashes            nobody
  once              7       1      5s          never                nobody
Times are the longest; crashes come within the periods of the limits.
END
diff want out
write_bad_spec bad.otp
run 1 explain --tree bad.otp
silent out
printf 'package x;\nstruct a { b: u8; }\n' >none.otp
run 0 explain --tree none.otp
says out "There is no supervisor."
