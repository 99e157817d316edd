// Hosts that the configuration knows: what is kept for them, and who they are. Found in time that does not
// depend on their number.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dhcp/address.hpp"
#include "dhcp/client_class.hpp"
#include "dhcp/client_identity.hpp"
#include "dhcp/option_set.hpp"

namespace leasehold {

/// The numbers are Kea's.
enum class HostIdentifierType : std::uint8_t {
    hw_address = 0,
    duid = 1,
    circuit_id = 2,
    client_id = 3,
    flex_id = 4
};

struct Reservation {
    HostIdentifierType type = HostIdentifierType::hw_address;
    Octets identifier;
    std::uint32_t subnet_id = 0;    // 0: global
    std::vector<Prefix> addresses;  // v4: one at most; v6: addresses and prefixes
    std::vector<Prefix> excluded;   // v6: by the place in `addresses`, what a prefix leaves out (RFC 6603);
                                    // shorter than that, or a length of 0: nothing
    std::string hostname;
    OptionSet options;
    BootFields boot;
    std::vector<ClassId> classes;
    bool operator==(const Reservation&) const = default;
};

/// Immutable.
class HostTable {
public:
    HostTable() = default;
    /// @pre no two have the same subnet, type and identifier
    explicit HostTable(std::vector<Reservation> hosts);

    const Reservation* find(std::uint32_t subnet_id, HostIdentifierType type, OctetView identifier) const;
    /// Is the address kept for a host of this subnet (0: a global one) other than `own`?
    bool is_reserved_for_other(std::uint32_t subnet_id, const Prefix& address, const Reservation* own) const;
    /// Is it kept for anybody there?
    bool is_reserved(std::uint32_t subnet_id, const Prefix& address) const;
    const std::vector<Reservation>& all() const { return hosts_; }
    bool empty() const { return hosts_.empty(); }
    bool has_global() const { return has_global_; }

private:
    std::vector<Reservation> hosts_;
    bool has_global_ = false;
    // Hash of the key -> the last host (or address of one) with it; earlier ones are chained behind it.
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> by_identifier_, by_address_;
    std::vector<std::uint32_t> next_identifier_, next_address_;
    std::vector<std::uint32_t> hosts_of_links_;  // of each reserved address: its host
};

}  // namespace leasehold
