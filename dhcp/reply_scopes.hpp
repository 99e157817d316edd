// Where the configured options of a reply come from, for both families. Which of them a message asks for and how
// they are written: reply_options of each family.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <functional>
#include <span>

#include "dhcp/server_config.hpp"

namespace leasehold {

/// null: not there.
struct ReplyScopes {
    const ServerConfig* config = nullptr;
    const SubnetConfig* subnet = nullptr;
    boost::container::small_vector<const PoolConfig*, 2> pools;  // of what is granted; none null
    const Reservation* host = nullptr;
    const ClassSet* classes = nullptr;
};

const ClassSet& classes_of(const ReplyScopes& scopes);

using OptionSets = boost::container::small_vector<const OptionSet*, 16>;
/// Nearest first: host, pools, subnet, network, classes as they were assigned, global. Empty ones are left out.
/// @pre scopes.config is set
OptionSets sets_of(const ReplyScopes& scopes);

/// The sub-options of one vendor for this client, by ascending code: per code that of the nearest scope, none
/// that is never sent, and of those only what `wants` says (always, where one of the scopes sends it always).
using SubOptions = boost::container::small_vector<const OptionValue*, 8>;
SubOptions sub_options_of(std::uint32_t enterprise, std::span<const OptionSet* const> sets,
                          const ClassSet& classes, const std::function<bool(const OptionValue&)>& wants);

}  // namespace leasehold
