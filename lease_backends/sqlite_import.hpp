// The first start on a new file: Kea's leases are taken over before service opens.
#pragma once

#include "dhcp/backend_config.hpp"
#include "dhcp/lease_store.hpp"

namespace leasehold {

/// Makes `config.path` out of the lease files that `config.import_csv` names, if it does not exist yet and
/// they do: in one transaction on a temporary file that is flushed and renamed at the end, so that a crash in
/// between leaves no half database. Kea's files are only read.
///
/// @return notices for the log; empty when there was nothing to import.
/// @error configuration: unreadable rows or header; permissions, busy, unavailable. Nothing was made then.
StoreResult<std::vector<std::string>> import_kea_leases(const BackendConfig& config);

}  // namespace leasehold
