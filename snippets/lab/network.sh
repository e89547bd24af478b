# shellcheck shell=bash
# What examples with servers on 127.0.0.1 have in common. See ports.py for how a port is found.

# port_of PID: print the port on which a server listens that was given port 0.
port_of() {
    "$CVM_PYTHON" -I -S "$CVM_LAB/ports.py" of "$1"
}

# held_ports COUNT: print ports for servers that cannot be given port 0; nobody else gets them while the run lasts.
held_ports() {
    "$CVM_PYTHON" -I -S "$CVM_LAB/ports.py" held "$1"
}

# listening PORT…: whether something listens on each of the ports, in this network namespace.
listening() {
    local port
    for port; do
        grep -q "$(printf ':%04X [0-9A-F:]* 0A ' "$port")" /proc/net/tcp /proc/net/tcp6 || return 1
    done
}

# reading PLACE: sample what the clients of iperf3 and iperf wrote to $WORK/stream and $WORK/trips.
reading() {
    "$CVM_PYTHON" -I -S "$CVM_LAB/readings.py" iperf3 "$1" <"$WORK/stream" >"$WORK/readings"
    "$CVM_PYTHON" -I -S "$CVM_LAB/readings.py" iperf "$1" <"$WORK/trips" >>"$WORK/readings"
    samples <"$WORK/readings"
}
