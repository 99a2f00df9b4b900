# examples.awk - writes the marked examples of one page into dir/PAGE.NAME/FILE.
#
# Markdown: a fenced block whose first line is "```LANGUAGE example=NAME [file=FILE]".
# mdoc: the lines between '.\" example NAME LANGUAGE [FILE]' and '.\" end', without .Bd and .Ed.
# LANGUAGE gives the file where none is named: otp NAME.otp, c NAME.c, sh script.sh, text
# expected.txt. Blocks of one file are put one after the other.

function begin(example, language, file)
{
    if (file == "")
        file = language == "sh" ? "script.sh" : language == "text" ? "expected.txt" : example "." language
    page = FILENAME
    gsub(/[^A-Za-z0-9_.]/, "_", page)
    folder = dir "/" page "." example
    system("mkdir -p '" folder "'")
    to = folder "/" file
}

function attribute(line, name)
{
    if (!match(line, " " name "=[^ ]+"))
        return ""
    return substr(line, RSTART + length(name) + 2, RLENGTH - length(name) - 2)
}

# What a reader of the page sees for a line of roff source.
function shown(line)
{
    gsub(/\\e/, "\001", line)
    gsub(/\\&/, "", line)
    gsub(/\\-/, "-", line)
    gsub(/\\\(aq/, "'", line)
    gsub(/\\\(dq/, "\"", line)
    gsub(/\001/, "\\", line)
    return line
}

/^```[a-z]+ .*example=/ {
    language = $1
    sub(/^```/, "", language)
    begin(attribute($0, "example"), language, attribute($0, "file"))
    next
}
/^```/ { to = ""; next }
/^\.\\" example / { begin($3, $4, $5); next }
/^\.\\" end/ { to = ""; next }
to != "" && /^\.(Bd|Ed)/ && FILENAME !~ /\.md$/ { next }
to != "" { print (FILENAME ~ /\.md$/ ? $0 : shown($0)) >>to }
END {
    if (to != "") {
        print "FAIL " FILENAME ": an example has no end"
        exit 1
    }
}
