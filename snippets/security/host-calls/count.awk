# The different system calls in a trace by strace -f: their names, each with
# "working" if it was made between the two SIGWINCH, else with "around".
/--- SIGWINCH / { marks++; next }
match($0, /^[0-9]+ +[a-z0-9_]+\(/) {
    name = substr($0, 1, RLENGTH - 1)
    sub(/^[0-9]+ +/, "", name)
    if (!(name in when) || marks == 1) when[name] = marks == 1 ? "working" : "around"
}
END { for (name in when) print name, when[name] | "sort" }
