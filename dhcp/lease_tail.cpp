// Writing and reading a tail. Numbers and lengths are in groups of seven bits, lowest first.
#include "dhcp/lease_tail.hpp"

#include <cassert>

namespace leasehold {
namespace {

// In the order of the bytes; the first seven need one octet of mask.
enum TailField : std::uint16_t {
    has_client_id = 1u << 0,
    has_duid = 1u << 1,
    has_hwaddr = 1u << 2,
    has_hostname = 1u << 3,
    has_iaid = 1u << 4,
    has_preferred_lifetime = 1u << 5,
    has_pool_id = 1u << 6,
    has_hwtype = 1u << 7,
    has_hwaddr_source = 1u << 8,
    has_cltt = 1u << 9,
    has_expire = 1u << 10,
    has_hold_until = 1u << 11,
    has_user_context = 1u << 12,
    has_relay_id = 1u << 13,
    has_remote_id = 1u << 14,
    has_last_writer = 1u << 15,
};

constexpr std::uint16_t hwtype_ethernet = 1;

constexpr std::uint64_t to_number(LeaseTime time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}
constexpr LeaseTime to_time(std::uint64_t number) {
    return LeaseTime{std::chrono::seconds{static_cast<std::int64_t>(number)}};
}

/// What expire is unless the row says otherwise; modulo 2^64, as a stored cltt can be anything.
LeaseTime usual_expire(const Lease& lease) {
    return to_time(to_number(lease.cltt) + lease.valid_lifetime);
}

class TailWriter {
public:
    explicit TailWriter(TailBytes& out) : out_{out} {}
    void number(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<std::uint8_t>(value | 0x80));
        out_.push_back(static_cast<std::uint8_t>(value));
    }
    template <class Bytes>
    void bytes(const Bytes& value) {
        number(value.size());
        out_.insert(out_.end(), value.begin(), value.end());
    }

private:
    TailBytes& out_;
};

/// Reads what TailWriter wrote: our own memory, so no overrun can happen but by our mistake.
class TailReader {
public:
    explicit TailReader(OctetView tail) : rest_{tail} {}
    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0;; shift += 7) {
            const auto octet = rest_.front();
            rest_ = rest_.subspan(1);
            value |= static_cast<std::uint64_t>(octet & 0x7f) << shift;
            if ((octet & 0x80) == 0) return value;
        }
    }
    OctetView bytes() {
        const auto size = static_cast<std::size_t>(number());
        assert(size <= rest_.size());
        const auto head = rest_.first(size);
        rest_ = rest_.subspan(size);
        return head;
    }
    Octets octets() { return to_octets(bytes()); }
    std::string text() {
        const auto octets_read = bytes();
        return {octets_read.begin(), octets_read.end()};
    }

private:
    OctetView rest_;
};

std::uint16_t fields_of(const Lease& lease, const TailOptions& options) {
    const auto when = [](bool present, TailField field) { return present ? field : 0; };
    return static_cast<std::uint16_t>(
        when(!lease.client_id.empty(), has_client_id) | when(!lease.duid.empty(), has_duid) |
        when(!lease.hwaddr.empty(), has_hwaddr) | when(!lease.hostname.empty(), has_hostname) |
        when(lease.iaid != 0, has_iaid) | when(lease.preferred_lifetime != 0, has_preferred_lifetime) |
        when(lease.pool_id != 0, has_pool_id) | when(lease.hwtype != hwtype_ethernet, has_hwtype) |
        when(lease.hwaddr_source != 0, has_hwaddr_source) | when(options.cltt, has_cltt) |
        when(lease.expire != usual_expire(lease), has_expire) |
        when(lease.hold_until != lease.expire, has_hold_until) |
        when(!lease.user_context.empty(), has_user_context) | when(!lease.relay_id.empty(), has_relay_id) |
        when(!lease.remote_id.empty(), has_remote_id) | when(options.last_writer, has_last_writer));
}

}  // namespace

void write_tail(const Lease& lease, const TailOptions& options, TailBytes& out) {
    assert(out.empty());
    const auto fields = fields_of(lease, options);
    TailWriter writer{out};
    writer.number(fields);
    if (fields & has_client_id) writer.bytes(lease.client_id);
    if (fields & has_duid) writer.bytes(lease.duid);
    if (fields & has_hwaddr) writer.bytes(lease.hwaddr);
    if (fields & has_hostname) writer.bytes(lease.hostname);
    if (fields & has_iaid) writer.number(lease.iaid);
    if (fields & has_preferred_lifetime) writer.number(lease.preferred_lifetime);
    if (fields & has_pool_id) writer.number(lease.pool_id);
    if (fields & has_hwtype) writer.number(lease.hwtype);
    if (fields & has_hwaddr_source) writer.number(lease.hwaddr_source);
    if (fields & has_cltt) writer.number(to_number(lease.cltt));
    if (fields & has_expire) writer.number(to_number(lease.expire));
    if (fields & has_hold_until) writer.number(to_number(lease.hold_until));
    if (fields & has_user_context) writer.bytes(lease.user_context);
    if (fields & has_relay_id) writer.bytes(lease.relay_id);
    if (fields & has_remote_id) writer.bytes(lease.remote_id);
    if (fields & has_last_writer) writer.number(lease.last_writer);
}

void read_tail(OctetView tail, Lease& lease) {
    TailReader reader{tail};
    const auto fields = reader.number();
    const auto number32 = [&reader] { return static_cast<std::uint32_t>(reader.number()); };
    if (fields & has_client_id) lease.client_id = reader.octets();
    if (fields & has_duid) lease.duid = reader.octets();
    if (fields & has_hwaddr) lease.hwaddr = reader.octets();
    if (fields & has_hostname) lease.hostname = reader.text();
    if (fields & has_iaid) lease.iaid = number32();
    if (fields & has_preferred_lifetime) lease.preferred_lifetime = number32();
    if (fields & has_pool_id) lease.pool_id = number32();
    lease.hwtype = fields & has_hwtype ? static_cast<std::uint16_t>(reader.number()) : hwtype_ethernet;
    if (fields & has_hwaddr_source) lease.hwaddr_source = number32();
    if (fields & has_cltt) lease.cltt = to_time(reader.number());
    lease.expire = fields & has_expire ? to_time(reader.number()) : usual_expire(lease);
    lease.hold_until = fields & has_hold_until ? to_time(reader.number()) : lease.expire;
    if (fields & has_user_context) lease.user_context = reader.text();
    if (fields & has_relay_id) lease.relay_id = reader.octets();
    if (fields & has_remote_id) lease.remote_id = reader.octets();
    if (fields & has_last_writer) lease.last_writer = reader.number();
}

TailIdentities identities_of(OctetView tail) {
    TailReader reader{tail};
    const auto fields = reader.number();
    TailIdentities found;
    if (fields & has_client_id) found.client_id = reader.bytes();
    if (fields & has_duid) found.duid = reader.bytes();
    if (fields & has_hwaddr) found.hwaddr = reader.bytes();
    return found;
}

}  // namespace leasehold
