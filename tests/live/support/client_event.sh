#!/bin/sh
# shellcheck disable=SC2154  # the clients set the variables
# What udhcpc, dhclient and dhcpcd call at each event: appends "EVENT ADDRESS" to $EVENTS and, for the clients
# that leave this to their script, sets the address. Touches nothing outside the namespace it runs in.
event=${1:-$reason}
case $event in
    [a-z]*) # udhcpc
        echo "$event ${ip:-}" >>"$EVENTS"
        case $event in
            deconfig) ip -4 address flush dev "$interface" ;;
            bound | renew) ip address replace "$ip/$mask" dev "$interface" ;;
        esac
        ;;
    *) # dhclient (sets $pid), dhcpcd (sets addresses itself)
        echo "$event ${new_ip_address:-}" >>"$EVENTS"
        if [ -n "$SETS_ADDRESS" ]; then
            case $event in
                PREINIT) ip link set "$interface" up ;;
                BOUND | REBOOT) ip address replace "$new_ip_address/24" dev "$interface" ;;
                RELEASE | EXPIRE | STOP) ip -4 address flush dev "$interface" ;;
            esac
        fi
        ;;
esac
exit 0
