// Writes dump requests and reads their replies: a chain of messages, each a struct and a chain of attributes.
#include "dhcp/rtnetlink.hpp"

#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <cstring>

#include "dhcp/netlink_wire.hpp"
#include "dhcp/wire.hpp"

namespace leasehold {

namespace netlink {
namespace {

void read_link(Bytes body, InterfaceMap& interfaces) {
    const auto link = struct_at<ifinfomsg>(body);
    if (!link) return;
    Interface found{.index = static_cast<std::uint32_t>(link->ifi_index),
                    .name = {},
                    .hardware_type = link->ifi_type,
                    .mac = {},
                    .up = (link->ifi_flags & IFF_UP) != 0,
                    .running = (link->ifi_flags & IFF_RUNNING) != 0,
                    .loopback = (link->ifi_flags & IFF_LOOPBACK) != 0,
                    .broadcast = (link->ifi_flags & IFF_BROADCAST) != 0,
                    .multicast = (link->ifi_flags & IFF_MULTICAST) != 0,
                    .mtu = 1500,
                    .addresses = {},
                    .addresses6 = {}};
    for_each_attribute(after(body, sizeof *link), [&](unsigned type, Bytes value) {
        if (type == IFLA_IFNAME) {
            const auto end = std::ranges::find(value, std::uint8_t{0});
            found.name.assign(value.begin(), end);
        } else if (type == IFLA_ADDRESS) {
            found.mac = to_octets(value);
        } else if (type == IFLA_MTU) {
            found.mtu = struct_at<std::uint32_t>(value).value_or(found.mtu);
        }
    });
    interfaces.insert_or_assign(found.index, std::move(found));
}

void read_address(Bytes body, InterfaceMap& interfaces) {
    const auto message = struct_at<ifaddrmsg>(body);
    if (!message || (message->ifa_family != AF_INET && message->ifa_family != AF_INET6)) return;
    const auto interface = interfaces.find(message->ifa_index);
    if (interface == interfaces.end()) return;  // appeared between the two dumps: its event is on the way
    const std::size_t size = message->ifa_family == AF_INET ? 4 : 16;
    // On a point-to-point link IFA_ADDRESS is the other end's and IFA_LOCAL ours.
    Bytes local, address;
    std::uint32_t flags = message->ifa_flags;  // the first eight; the attribute has all
    for_each_attribute(after(body, sizeof *message), [&](unsigned type, Bytes value) {
        if (type == IFA_LOCAL && value.size() == size) local = value;
        if (type == IFA_ADDRESS && value.size() == size) address = value;
        if (type == IFA_FLAGS) flags = struct_at<std::uint32_t>(value).value_or(flags);
    });
    const Bytes own = local.empty() ? address : local;
    if (own.empty()) return;
    if (size == 4) {
        interface->second.addresses.push_back({read_u32(own.data())});
    } else {
        // An optimistic address (RFC 4429) may be used while it is looked for.
        const bool tentative = (flags & IFA_F_TENTATIVE) != 0 && (flags & IFA_F_OPTIMISTIC) == 0;
        interface->second.addresses6.push_back(
            {*struct_at<Ipv6>(own), tentative, (flags & IFA_F_DADFAILED) != 0});
    }
}

bool is_event(std::uint16_t type) {
    return type == RTM_NEWLINK || type == RTM_DELLINK || type == RTM_NEWADDR || type == RTM_DELADDR;
}

void read_reply(const nlmsghdr& header, Bytes body, InterfaceMap& interfaces, NetlinkOutcome& outcome) {
    if ((header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) outcome.dump_failed = true;
    switch (header.nlmsg_type) {
        case RTM_NEWLINK: read_link(body, interfaces); break;
        case RTM_NEWADDR: read_address(body, interfaces); break;
        case NLMSG_ERROR: outcome.dump_failed = outcome.dump_done = true; break;
        case NLMSG_DONE:
            outcome.dump_done = true;
            if (struct_at<std::int32_t>(body).value_or(0) < 0) outcome.dump_failed = true;
            break;
        default: break;
    }
}

}  // namespace
}  // namespace netlink

std::vector<std::uint8_t> dump_request(DumpKind kind, DumpId id) {
    rtgenmsg family{};
    family.rtgen_family = AF_UNSPEC;
    return netlink::Message{kind == DumpKind::links ? std::uint16_t{RTM_GETLINK} : std::uint16_t{RTM_GETADDR},
                   NLM_F_REQUEST | NLM_F_DUMP, id.sequence, family}
        .take();
}

NetlinkOutcome read_netlink(std::span<const std::uint8_t> datagram, DumpId id, InterfaceMap& interfaces) {
    NetlinkOutcome outcome;
    outcome.garbled = !netlink::for_each_message(datagram, [&](const nlmsghdr& header, netlink::Bytes body) {
        // An event carries the port and number of whoever caused it, so both have to be ours.
        if (header.nlmsg_pid != id.port) {
            outcome.event = outcome.event || netlink::is_event(header.nlmsg_type);
        } else if (header.nlmsg_seq == id.sequence) {
            netlink::read_reply(header, body, interfaces, outcome);
        }
    });
    return outcome;
}

}  // namespace leasehold
