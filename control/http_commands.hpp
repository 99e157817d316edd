// Commands over HTTP, as Kea takes them: POST to any path, one JSON map in, a list with one answer out.
#pragma once

#include "control/control_channel.hpp"

namespace leasehold {

/// @param side, shared  outlive the route
HttpRoute command_route(SideThread& side, ChannelShared& shared);

}  // namespace leasehold
