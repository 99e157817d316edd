// stash-agent-options: a client that renews past its relay is treated as if its relay had spoken, with the
// relay agent information that its lease has kept (store-extended-info). Not here: keeping it (grant).
#pragma once

#include "dhcp/lease_table.hpp"
#include "dhcp/server_config.hpp"
#include "dhcp/v4/message.hpp"

namespace leasehold::v4 {

/// Puts the stored option 82 into a REQUEST that has none and came without a relay, when the live lease at
/// its ciaddr is this client's: classes, subnet selection and host look-up then see what they saw before. It
/// is not to be echoed (RFC 3046 2.2: the client would get an option it never had).
///
/// @return true when it was put there
bool restore_relay_information(MessageView& message, const ServerConfig& config, const LeaseTable& table,
                               LeaseTime now);

}  // namespace leasehold::v4
