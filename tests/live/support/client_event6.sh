#!/bin/sh
# shellcheck disable=SC2154  # the clients set the variables
# What dhclient -6 and dhcpcd call at each event: appends "EVENT ADDRESS PREFIX" to $EVENTS ("-": none) and, for
# dhclient, sets the address. Touches nothing outside the namespace it runs in.
address=${new_ip6_address:-${new_dhcp6_ia_na1_ia_addr1:-}}
prefix=${new_ip6_prefix:-}
if [ -z "$prefix" ] && [ -n "${new_dhcp6_ia_pd1_prefix1:-}" ]; then
    prefix=$new_dhcp6_ia_pd1_prefix1/$new_dhcp6_ia_pd1_prefix1_length
fi
echo "$reason ${address:--} ${prefix:--}" >>"$EVENTS"
if [ -n "$SETS_ADDRESS" ]; then
    case $reason in
        PREINIT6) ip link set "$interface" up ;;
        BOUND6 | RENEW6 | REBIND6)
            [ -z "$new_ip6_address" ] ||
                ip -6 address replace "$new_ip6_address/128" dev "$interface" nodad
            ;;
        RELEASE6 | EXPIRE6 | STOP6 | DEPREF6)
            [ -z "$old_ip6_address" ] || ip -6 address del "$old_ip6_address/128" dev "$interface"
            ;;
    esac
fi
exit 0
