# sources.awk - reads source files and complains about heads, sizes, nesting and words.
#
# R1: the first line is "/* NAME - one line."; our own layers say their Idea; a .c of the runtime also
# its Threads, Locks and Owns. R2: file 800 lines, line 100 columns, function 60 lines, nesting 3.
# A function below a comment with "R2: a table" may be longer: it is a switch of one-line cases.
# R4: no typedef in _t. R5: exit, abort and stderr only where a program ends or the machine is.

function complain(line, text) { printf "FAIL %s:%d: %s\n", FILENAME, line, text }

function finish_file()
{
    if (lines > 800)
        printf "FAIL %s: %d lines (R2)\n", name, lines
    if (ours && head !~ /Idea:/)
        printf "FAIL %s: its head does not say its Idea (R1)\n", name
    if (name ~ /^runtime\/.*\.c$/ && (head !~ /Threads:/ || head !~ /Locks:/ || head !~ /Owns:/))
        printf "FAIL %s: its head does not say Threads, Locks and Owns (R1)\n", name
}

# The line without strings, characters and comments.
function code_of(text,    at)
{
    gsub(/"([^"\\]|\\.)*"/, "\"\"", text)
    gsub(/'([^'\\]|\\.)*'/, "0", text)
    if (in_comment) {
        at = index(text, "*/")
        if (!at)
            return ""
        text = substr(text, at + 2)
        in_comment = 0
    }
    while (at = index(text, "/*")) {
        rest = substr(text, at + 2)
        text = substr(text, 1, at - 1)
        if (index(rest, "*/")) {
            text = text substr(rest, index(rest, "*/") + 2)
        } else {
            in_comment = 1
            break
        }
    }
    sub(/\/\/.*/, "", text)
    return text
}

FNR == 1 {
    if (name != "")
        finish_file()
    name = FILENAME
    base = name
    sub(/.*\//, "", base)
    ours = name ~ /^(compiler|runtime|grammar)\//
    head = ""; in_head = 1; in_comment = 0; in_function = 0; start = 0; comment = ""
    opening = $0
    sub(/^%\{/, "", opening)
    if (index(opening, "/* " base " - ") != 1)
        complain(1, "does not open with '/* " base " - one line.' (R1)")
}

{
    lines = FNR
    if (in_head) {
        head = head $0 " "
        if (index($0, "*/"))
            in_head = 0
    }
    if (length($0) > 100)
        complain(FNR, length($0) " columns (R2)")
    if (/[ \t]$/)
        complain(FNR, "blanks at the end of the line")
    if (/\t/)
        complain(FNR, "a tab")
    if (/(TO[D]O|FIX[M]E|(^|[^X])XX[X]([^X]|$)|not impl[e]mented)/)
        complain(FNR, "unfinished by its own words")
    was_comment = in_comment || /^[ ]*\/\*/
    code = code_of($0)
}

was_comment && !in_function { comment = (start_comment == FNR - 1 ? comment : "") $0; start_comment = FNR }

# Where a function's signature may begin: after anything that ends another thing.
!in_function && (code ~ /^[ ]*$/ || code ~ /[;}]$/ || code ~ /^#/) { start = 0 }
!in_function && code ~ /^[A-Za-z]/ && !start && code !~ /[;}]$/ { start = FNR }

code == "{" && !in_function { in_function = 1; pardon = comment ~ /R2: a table/ }
in_function && code ~ /^                +[^ ].*\{$/ && code !~ /= \{$/ {
    complain(FNR, "nested deeper than 3 (R2)")
}
code == "}" && in_function {
    size = FNR - (start ? start : FNR) + 1
    if (size > 60 && !pardon)
        complain(start, "a function of " size " lines (R2)")
    in_function = 0; start = 0; comment = ""
}

ours && code ~ /^typedef .*_t;$/ { complain(FNR, "a typedef in _t (R4)") }
ours && name !~ /^compiler\/main\.c$/ && name !~ /^runtime\/(plat|core\/log)/ {
    if (code ~ /(^|[^A-Za-z0-9_])(exit|_Exit|abort)[ ]*\(/ || code ~ /(^|[^A-Za-z0-9_])std(err|out)([^A-Za-z0-9_]|$)/)
        complain(FNR, "ends the program or prints (R5): " code)
}

END { if (name != "") finish_file() }
