// How clients' names are made and what is told of them to the DNS: dhcp-ddns, and hostname-char-* and ddns-*
// of every scope. Making names is v4/ddns_names' part.
#pragma once

#include <memory>

#include "config/loading.hpp"

namespace leasehold::config {

void load_dhcp_ddns(const Node& global, DhcpDdnsConfig& config);

/// What this map says, over what it inherits; `inherited` itself when it says nothing.
/// @param inherited  null: the defaults
std::shared_ptr<const DdnsConfig> load_ddns(const Node& node, Loading& loading,
                                            const std::shared_ptr<const DdnsConfig>& inherited);

/// The ddns_tuning library's hostname-expr, of its parameters or of `ddns-tuning` in a user-context.
void load_ddns_tuning(const Node& node, Loading& loading, DdnsConfig& config);

}  // namespace leasehold::config
