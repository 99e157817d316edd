// Identity associations (RFC 8415 21.4-21.6, 21.21, 21.22) of a checked message: views of what a client asks
// for, or of what a server gave. Not here: what they mean for a lease (request, decide).
#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>

#include "dhcp/address.hpp"
#include "dhcp/lease.hpp"
#include "dhcp/v6/options.hpp"

namespace leasehold::v6 {

/// A message with more of them is refused: what a packet may cost has a limit.
inline constexpr std::size_t ia_count_max = 64;        // IAs of all kinds in a message
inline constexpr std::size_t ia_lease_count_max = 64;  // addresses or prefixes in one IA

/// RFC 8415 21.13 and 24.
enum class StatusCode : std::uint16_t {
    success = 0,
    unspec_fail = 1,
    no_addrs_avail = 2,
    no_binding = 3,
    not_on_link = 4,
    use_multicast = 5,
    no_prefix_avail = 6,
    unknown_query_type = 7,  // RFC 5007
    malformed_query = 8,
    not_configured = 9,
    not_allowed = 10,
    query_terminated = 11,  // RFC 5460
};
/// The names of the RFCs, "NoAddrsAvail"; "unknown" for a number without one.
std::string_view to_string(StatusCode code);

struct Status {
    StatusCode code = StatusCode::success;  // may be a number that has no name here
    std::string_view text;                  // as it came: UTF-8 if the sender is right
};
/// The first status code option among `octets`; nullopt: none, which means success.
std::optional<Status> find_status(std::span<const std::uint8_t> octets);

/// An address or a prefix within an IA. Lifetimes in seconds, as a hint from a client (0: no wish).
struct IaLease {
    Prefix unit;  // the bits after a prefix's length are cleared; length 0: any prefix
    std::uint32_t preferred = 0;
    std::uint32_t valid = 0;
    std::span<const std::uint8_t> octets;  // the options within

    Options options() const { return Options{octets}; }
    std::optional<Status> status() const { return find_status(octets); }
};

/// @pre it is an IAADDR (5) or IAPREFIX (26) of a checked message, on any level of it
IaLease read_ia_lease(const Option& option);

/// The option codes of an IA of this kind, and of what it holds its leases in. @pre kind is not v4
std::uint16_t ia_code(LeaseKind kind);
std::uint16_t ia_lease_code(LeaseKind kind);

/// The leases of one IA in the order they came; options of other codes are left out.
class IaLeases {
public:
    class Iterator {
    public:
        using value_type = IaLease;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        explicit Iterator(Options::Iterator at) : at_{at} {}
        IaLease operator*() const { return read_ia_lease(*at_); }
        Iterator& operator++() {
            ++at_;
            return *this;
        }
        Iterator operator++(int) {
            const Iterator old = *this;
            ++*this;
            return old;
        }
        bool operator==(std::default_sentinel_t end) const { return at_ == end; }
        bool operator==(const Iterator&) const = default;

    private:
        Options::Iterator at_;
    };

    IaLeases() = default;
    explicit IaLeases(Options options) : options_{options} {}
    Iterator begin() const { return Iterator{options_.begin()}; }
    std::default_sentinel_t end() const { return {}; }
    bool empty() const { return options_.empty(); }
    /// At most ia_lease_count_max.
    std::size_t count() const { return options_.count(); }

private:
    Options options_;
};

/// IA_NA, IA_TA or IA_PD.
struct IaView {
    LeaseKind kind = LeaseKind::na;
    std::uint32_t iaid = 0;
    std::uint32_t t1 = 0, t2 = 0;          // seconds; IA_TA has none
    std::span<const std::uint8_t> octets;  // the options within

    IaLeases leases() const { return IaLeases{Options{octets, ia_lease_code(kind)}}; }
    Options options() const { return Options{octets}; }
    std::optional<Status> status() const { return find_status(octets); }
};

/// Is this an IA_NA, IA_TA or IA_PD?
bool is_ia(std::uint16_t code);
/// @pre is_ia(option.code), and it is of a checked message
IaView read_ia(const Option& option);

/// The IAs of a message, of all kinds, in the order they came.
class Ias {
public:
    class Iterator {
    public:
        using value_type = IaView;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        explicit Iterator(Options::Iterator at) : at_{at} { skip_others(); }
        IaView operator*() const { return read_ia(*at_); }
        Iterator& operator++() {
            ++at_;
            skip_others();
            return *this;
        }
        Iterator operator++(int) {
            const Iterator old = *this;
            ++*this;
            return old;
        }
        bool operator==(std::default_sentinel_t end) const { return at_ == end; }
        bool operator==(const Iterator&) const = default;

    private:
        void skip_others() {
            while (at_ != std::default_sentinel && !is_ia((*at_).code)) ++at_;
        }
        Options::Iterator at_;
    };

    explicit Ias(Options options) : options_{options} {}
    Iterator begin() const { return Iterator{options_.begin()}; }
    std::default_sentinel_t end() const { return {}; }
    bool empty() const { return begin() == end(); }
    /// At most ia_count_max.
    std::size_t count() const { return static_cast<std::size_t>(std::ranges::distance(begin(), end())); }

private:
    Options options_;
};

}  // namespace leasehold::v6
