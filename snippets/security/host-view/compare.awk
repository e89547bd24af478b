# Whose is what the second file tells? The first holds what the host tells.
# usage: awk -f compare.awk HOST INSIDE
{ label = $0; sub(/:.*/, "", label) }
FNR == NR { host[$0]; next }
/: *$/ { print label ": nothing"; next }
{ print label ": " ($0 in host ? "the host's" : "its own") }
