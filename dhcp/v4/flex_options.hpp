// Options of a DHCPv4 reply changed by expressions: dhcp/flex_options with the forms of this family.
#pragma once

#include "dhcp/v4/reply_options.hpp"
#include "dhcp/v4/request.hpp"

namespace leasehold::v4 {

/// 53, 54 and 82 are what makes a reply one: they are never changed (Kea lets them be).
void apply_flex_options(const Request& request, const ReplyScopes& scopes, ReplyOptions& options);

}  // namespace leasehold::v4
