// Leases to test with: one of each kind, every field set to something that is not its default.
#pragma once

#include "dhcp/lease.hpp"

namespace leasehold::testing_support {

inline Octets octets(std::initializer_list<int> values) {
    Octets bytes;
    for (const int value : values) bytes.push_back(static_cast<std::uint8_t>(value));
    return bytes;
}

inline constexpr LeaseTime lease_test_now{std::chrono::seconds{1'800'000'000}};

/// The `number`th lease of its kind: 10.0.x.y, 2001:db8::x:y or 2001:db8:x:y::/64.
inline Lease lease_of(LeaseKind kind, std::uint32_t number, std::uint8_t client) {
    Lease lease;
    lease.kind = kind;
    switch (kind) {
        case LeaseKind::v4: lease.address = to_prefix(Ipv4{0x0a000000 + number}); break;
        case LeaseKind::na:
        case LeaseKind::ta: lease.address = {to_ipv6((Uint128{0x20010db8} << 96) + number), 128}; break;
        case LeaseKind::pd:
            lease.address = {to_ipv6((Uint128{0x20010db8} << 96) + (Uint128{number} << 64)), 64};
            break;
    }
    lease.subnet_id = 7;
    lease.pool_id = 3;
    if (kind == LeaseKind::v4) {
        lease.client_id = octets({1, 2, 0, 0, 0, client});
    } else {
        lease.duid = octets({0, 1, 0, 1, 0, 0, client});
        lease.iaid = 0xfffffff0U + client;
        lease.preferred_lifetime = 1800;
        lease.hwaddr_source = 2;
    }
    lease.hwaddr = octets({2, 0, 0, 0, 0, client});
    lease.hwtype = 6;
    lease.valid_lifetime = 3600;
    lease.cltt = lease_test_now;
    lease.expire = lease.cltt + std::chrono::seconds{3600};
    lease.hold_until = lease.expire + std::chrono::seconds{5};
    lease.fqdn_fwd = true;
    lease.hostname = "host-" + std::to_string(client) + ".example.org";
    lease.user_context = R"({ "comment": "naïve" })";
    lease.relay_id = octets({9, 0, 9});
    lease.remote_id = octets({0, 0});
    lease.version = first_version(lease_test_now, 0);
    lease.last_writer = 0x8000000000000001ULL;
    return lease;
}

/// The same binding after a renewal: one version on.
inline Lease renewed(Lease lease) {
    lease.cltt += std::chrono::seconds{600};
    lease.expire += std::chrono::seconds{600};
    lease.hold_until += std::chrono::seconds{600};
    ++lease.version;
    return lease;
}

}  // namespace leasehold::testing_support
