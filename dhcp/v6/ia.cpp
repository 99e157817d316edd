// Reading identity associations. MessageView::parse has checked the sizes that are relied upon here.
#include "dhcp/v6/ia.hpp"

#include <cassert>

#include "dhcp/v6/option_table.hpp"

namespace leasehold::v6 {

std::string_view to_string(StatusCode code) {
    switch (code) {
        case StatusCode::success: return "Success";
        case StatusCode::unspec_fail: return "UnspecFail";
        case StatusCode::no_addrs_avail: return "NoAddrsAvail";
        case StatusCode::no_binding: return "NoBinding";
        case StatusCode::not_on_link: return "NotOnLink";
        case StatusCode::use_multicast: return "UseMulticast";
        case StatusCode::no_prefix_avail: return "NoPrefixAvail";
        case StatusCode::unknown_query_type: return "UnknownQueryType";
        case StatusCode::malformed_query: return "MalformedQuery";
        case StatusCode::not_configured: return "NotConfigured";
        case StatusCode::not_allowed: return "NotAllowed";
        case StatusCode::query_terminated: return "QueryTerminated";
    }
    return "unknown";  // any number may come
}

std::optional<Status> find_status(std::span<const std::uint8_t> octets) {
    const auto payload = find_option(octets, option::status_code);
    if (!payload || payload->size() < 2) return std::nullopt;
    return Status{StatusCode{read_u16(payload->data())}, as_text(payload->subspan(2))};
}

std::uint16_t ia_code(LeaseKind kind) {
    assert(kind != LeaseKind::v4);
    if (kind == LeaseKind::pd) return option::ia_pd;
    return kind == LeaseKind::ta ? option::ia_ta : option::ia_na;
}

std::uint16_t ia_lease_code(LeaseKind kind) {
    return kind == LeaseKind::pd ? option::iaprefix : option::iaaddr;
}

IaLease read_ia_lease(const Option& option) {
    Reader in{option.payload};
    IaLease lease;
    if (option.code == option::iaprefix) {
        lease.preferred = in.u32();
        lease.valid = in.u32();
        lease.unit.length = in.u8();
        lease.unit.address = masked(read_ipv6(in.take(16).data()), lease.unit.length);
    } else {
        assert(option.code == option::iaaddr);
        lease.unit = {read_ipv6(in.take(16).data()), 128};
        lease.preferred = in.u32();
        lease.valid = in.u32();
    }
    assert(in.ok());
    lease.octets = in.take(in.left());
    return lease;
}

bool is_ia(std::uint16_t code) {
    return code == option::ia_na || code == option::ia_pd || code == option::ia_ta;
}

IaView read_ia(const Option& option) {
    assert(is_ia(option.code));
    Reader in{option.payload};
    IaView ia;
    ia.iaid = in.u32();
    if (option.code == option::ia_ta) {
        ia.kind = LeaseKind::ta;
    } else {
        ia.kind = option.code == option::ia_pd ? LeaseKind::pd : LeaseKind::na;
        ia.t1 = in.u32();
        ia.t2 = in.u32();
    }
    assert(in.ok());
    ia.octets = in.take(in.left());
    return ia;
}

}  // namespace leasehold::v6
