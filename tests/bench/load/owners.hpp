// Who was given which address or prefix: the check that nothing is given to two clients at a time. A lease
// counts from when its client asked for it until its lifetime after that is over, or its client gave it back:
// no later than the server may count, so that what is found here is a fault of the server.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <optional>

#include "dhcp/address.hpp"
#include "tests/bench/load/client.hpp"

namespace leasehold::bench {

/// A unit that two clients had at a time.
struct Duplicate {
    Prefix unit;
    ClientNumber first = 0, second = 0;
    bool operator==(const Duplicate&) const = default;
};

class Owners {
public:
    /// @param unit_count  how many to have room for from the start
    explicit Owners(std::size_t unit_count) { owners_.reserve(unit_count); }

    /// From `asked` on `client` has `unit`, for `valid`. An infinite lifetime is a long one.
    /// @return what it means when somebody else has it at `now`; it is the new client's from then on
    std::optional<Duplicate> take(const Prefix& unit, ClientNumber client, Instant asked, Instant now,
                                  std::chrono::seconds valid);
    /// Given back, or lost to a NAK; nothing, when it is another's.
    void give_back(const Prefix& unit, ClientNumber client);
    std::size_t size() const { return owners_.size(); }

private:
    struct Owner {
        ClientNumber client;
        Instant until;
    };
    boost::unordered_flat_map<Prefix, Owner, std::hash<Prefix>> owners_;
};

}  // namespace leasehold::bench
