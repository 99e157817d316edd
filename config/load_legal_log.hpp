// libdhcp_legal_log: where the forensic log of leases goes, and how its lines look.
#pragma once

#include <memory>

#include "config/load.hpp"
#include "config/loading.hpp"

namespace leasehold::config {

/// @param parameters  of the library; an empty map is Kea's defaults
/// @return nullptr: what is wrong has been told
std::shared_ptr<const LegalLogConfig> load_legal_log(const Node& parameters, const LoadOptions& options,
                                                     Loading& loading);

/// `legal-logging` of a user-context; `inherited` where it says nothing, or the library is not listed.
bool load_legal_logging(const Node& owner, const Loading& loading, bool inherited);

}  // namespace leasehold::config
