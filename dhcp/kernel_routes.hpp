// The kernel's routing tables. Orders are sent at once, which takes the kernel microseconds each; its answers come
// when the loop gets to them. Loop thread only.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>

#include "dhcp/route_netlink.hpp"
#include "dhcp/route_plan.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

/// What prefix_routes speaks with: the kernel, or a test in its place.
class RouteKernel {
public:
    struct Events {
        RouteAnswers answers;
        /// Answers were lost, or the socket made no sense any more: nothing that was sent will be answered. The next
        /// call opens another one. @param error  errno
        std::function<void(int error)> broken;
    };
    virtual ~RouteKernel() = default;
    /// @return errno; 0: it is on its way, and its answer will come. Events are not called from within
    virtual int tell(const RouteOrder& order, std::uint32_t sequence) = 0;
    /// Asks for this owner's routes: each is told, then the end.
    virtual int look(const RouteOwner& owner, std::uint32_t sequence) = 0;
};
using MakeRouteKernel =
    std::function<std::unique_ptr<RouteKernel>(boost::asio::io_context& loop, RouteKernel::Events events)>;

/// That of the network namespace which the calling thread is in when a socket is opened.
std::unique_ptr<RouteKernel> make_kernel_routes(boost::asio::io_context& loop, RouteKernel::Events events);

}  // namespace leasehold
