// Writer of Kea's lease files: the other direction of kea_csv.
#pragma once

#include <optional>
#include <string>

#include "dhcp/lease.hpp"

namespace leasehold {

/// The first line, without its end.
std::string kea_csv_header(Family family);

/// One row, without its end, in the columns of kea_csv_header. What Kea's files have no column for is left
/// out: hold_until, version, last_writer, relay_id and remote_id, and for DHCPv4 the hardware type.
///
/// @return nullopt: this lease cannot stand in such a file, where a lifetime of 0 means "no lease any more".
std::optional<std::string> kea_csv_row(const Lease& lease, Family family);

/// Every octet below 0x20 or above 0x7e, `,` and `&` as `&#xHH`.
std::string escape_kea_csv(std::string_view text);

}  // namespace leasehold
