// Routes in the kernel's words (rtnetlink(7)), as values. Pure: the socket is kernel_routes' part.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/address.hpp"

namespace leasehold {

/// A unicast IPv6 route with one next hop.
struct KernelRoute {
    Prefix destination;
    std::uint32_t table = 0, metric = 0;
    std::uint8_t protocol = 0;
    Ipv6 via;                // ::, none: the destination is on the link
    std::uint32_t link = 0;  // the interface's number
    bool operator==(const KernelRoute&) const = default;
};

/// The octets that set the route, in place of another one to this destination with this metric in this table.
std::vector<std::uint8_t> set_route_request(const KernelRoute& route, std::uint32_t sequence);
/// Those that remove it, whatever its next hop is: `via` and `link` are not looked at.
std::vector<std::uint8_t> remove_route_request(const KernelRoute& route, std::uint32_t sequence);
/// Those that ask for the routes with this protocol number in this table. A kernel before 5.0 does not filter and
/// gives all of all tables.
std::vector<std::uint8_t> routes_request(std::uint32_t table, std::uint8_t protocol, std::uint32_t sequence);

/// What the kernel answers, to whom it concerns. Calls without a target are left out.
struct RouteAnswers {
    /// To a request that asked for an acknowledgement. @param error  errno, 0: done.
    /// @param detail  the kernel's own words; may be ""
    std::function<void(std::uint32_t sequence, int error, std::string_view detail)> done;
    std::function<void(std::uint32_t sequence, const KernelRoute&)> route;
    /// The table changed while it was read: some may be missing.
    std::function<void(std::uint32_t sequence)> interrupted;
    /// The last of a dump; one that is refused ends with done(). @param error  errno, 0: it went well
    std::function<void(std::uint32_t sequence, int error)> end;
};

/// @return false: lengths make no sense, and the rest was not read
bool read_route_answers(std::span<const std::uint8_t> datagram, const RouteAnswers& answers);

}  // namespace leasehold
