#include "dhcp/route_netlink.hpp"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>

#include "dhcp/netlink_wire.hpp"
#include "dhcp/wire.hpp"

namespace leasehold {

namespace netlink {
namespace {

constexpr std::uint32_t eight_bit_tables = 256;

/// What both requests have. A table beyond eight bits is told by the attribute alone.
rtmsg route_head(const KernelRoute& route) {
    rtmsg head{};
    head.rtm_family = AF_INET6;
    head.rtm_dst_len = route.destination.length;
    head.rtm_table = static_cast<std::uint8_t>(route.table < eight_bit_tables ? route.table : RT_TABLE_UNSPEC);
    head.rtm_protocol = route.protocol;
    return head;
}

void add_identity(Message& message, const KernelRoute& route) {
    message.add(RTA_DST, route.destination.address);
    message.add(RTA_TABLE, route.table);
    message.add(RTA_PRIORITY, route.metric);
}

std::optional<KernelRoute> read_route(Bytes body) {
    const auto head = struct_at<rtmsg>(body);
    if (!head || head->rtm_family != AF_INET6 || head->rtm_type != RTN_UNICAST) return std::nullopt;
    if ((head->rtm_flags & RTM_F_CLONED) != 0 || head->rtm_dst_len > 128) return std::nullopt;
    KernelRoute route{.destination = {{}, head->rtm_dst_len},
                      .table = head->rtm_table,
                      .metric = 0,
                      .protocol = head->rtm_protocol,
                      .via = {},
                      .link = 0};
    for_each_attribute(after(body, sizeof *head), [&](unsigned type, Bytes value) {
        switch (type) {
            case RTA_DST: route.destination.address = struct_at<Ipv6>(value).value_or(Ipv6{}); break;
            case RTA_GATEWAY: route.via = struct_at<Ipv6>(value).value_or(Ipv6{}); break;
            case RTA_TABLE: route.table = struct_at<std::uint32_t>(value).value_or(route.table); break;
            case RTA_PRIORITY: route.metric = struct_at<std::uint32_t>(value).value_or(0); break;
            case RTA_OIF: route.link = struct_at<std::uint32_t>(value).value_or(0); break;
            default: break;
        }
    });
    return route;
}

/// errno of an acknowledgement or of the end of a dump, where it stands as a negative number.
int error_of(Bytes body) {
    constexpr int errors_max = 4095;
    const auto told = struct_at<std::int32_t>(body).value_or(0);
    if (told == 0) return 0;
    return told < 0 && told >= -errors_max ? -told : EBADMSG;
}

/// The kernel's words in an error message with extended acknowledgement; the request is not repeated in it
/// (NETLINK_CAP_ACK), or it is where the flag is missing.
std::string_view detail_of(const nlmsghdr& header, Bytes body) {
    std::string_view detail;
    const auto error = struct_at<nlmsgerr>(body);
    if (!error || (header.nlmsg_flags & NLM_F_ACK_TLVS) == 0) return detail;
    const std::size_t repeated =
        (header.nlmsg_flags & NLM_F_CAPPED) != 0 || error->msg.nlmsg_len < sizeof(nlmsghdr)
            ? 0
            : error->msg.nlmsg_len - sizeof(nlmsghdr);
    for_each_attribute(after(body, sizeof *error + repeated), [&](unsigned type, Bytes value) {
        if (type != NLMSGERR_ATTR_MSG) return;
        detail = as_text(value);
        detail = detail.substr(0, detail.find('\0'));
    });
    return detail;
}

}  // namespace
}  // namespace netlink

std::vector<std::uint8_t> set_route_request(const KernelRoute& route, std::uint32_t sequence) {
    rtmsg head = netlink::route_head(route);
    head.rtm_scope = RT_SCOPE_UNIVERSE;
    head.rtm_type = RTN_UNICAST;
    netlink::Message message{RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, sequence, head};
    netlink::add_identity(message, route);
    if (!is_unspecified(route.via)) message.add(RTA_GATEWAY, route.via);
    message.add(RTA_OIF, route.link);
    return message.take();
}

std::vector<std::uint8_t> remove_route_request(const KernelRoute& route, std::uint32_t sequence) {
    rtmsg head = netlink::route_head(route);
    head.rtm_scope = RT_SCOPE_NOWHERE;
    netlink::Message message{RTM_DELROUTE, NLM_F_REQUEST | NLM_F_ACK, sequence, head};
    netlink::add_identity(message, route);
    return message.take();
}

std::vector<std::uint8_t> routes_request(std::uint32_t table, std::uint8_t protocol, std::uint32_t sequence) {
    KernelRoute wanted;
    wanted.destination.length = 0;
    wanted.table = table;
    wanted.protocol = protocol;
    const rtmsg head = netlink::route_head(wanted);
    netlink::Message message{RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP, sequence, head};
    message.add(RTA_TABLE, table);
    return message.take();
}

bool read_route_answers(std::span<const std::uint8_t> datagram, const RouteAnswers& answers) {
    return netlink::for_each_message(datagram, [&](const nlmsghdr& header, netlink::Bytes body) {
        if ((header.nlmsg_flags & NLM_F_DUMP_INTR) != 0 && answers.interrupted)
            answers.interrupted(header.nlmsg_seq);
        switch (header.nlmsg_type) {
            case RTM_NEWROUTE:
                if (const auto route = netlink::read_route(body); route && answers.route)
                    answers.route(header.nlmsg_seq, *route);
                break;
            case NLMSG_ERROR:
                if (answers.done)
                    answers.done(header.nlmsg_seq, netlink::error_of(body),
                                 netlink::detail_of(header, body));
                break;
            case NLMSG_DONE:
                if (answers.end)
                    answers.end(header.nlmsg_seq, netlink::error_of(body));
                break;
            default: break;
        }
    });
}

}  // namespace leasehold
