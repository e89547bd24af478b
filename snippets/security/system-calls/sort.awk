# Sorts the system calls of a table by what two runs of the prober made of them:
# one under the filter, one without. Alone, a run cannot tell: the filter
# answers with an error (EPERM is 1, ENOSYS 38) that the kernel gives too.
# usage: awk -f sort.awk TABLE FILTERED FREE
FNR == 1 { file++ }
/^#/ { next }
file == 1 { name[$1] = $2 }
file == 2 { filtered[$1] = $2 }
file == 3 { free[$1] = $2 }
END {
    for (n in free) {
        if (!(n in name)) beyond += free[n] != 38
        else if (free[n] == 38) absent++
        else if (free[n] >= 1000) silent++
        else if (free[n] == 1) refused++
        else if (filtered[n] ~ /^(1|38|1031)$/) stopped++ # 1031: by a signal
        else reached++
    }
    print "reached: " reached + 0
    print "refused by the filter: " stopped + 0
    print "refused without the filter too: " refused + 0
    print "not in this kernel: " absent + 0
    print "did not return: " silent + 0
    print "answered, but not in the table: " beyond + 0
}
