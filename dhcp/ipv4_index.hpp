// IPv4 address -> record: a radix tree of 16, 8 and 8 bits. Constant time, in address order, and about four
// octets per lease wherever addresses lie close together, whatever the pools are.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dhcp/address.hpp"
#include "dhcp/slab.hpp"
#include "dhcp/zeroed_array.hpp"

namespace leasehold {

class Ipv4Index {
public:
    Ipv4Index();

    std::uint32_t find(Ipv4 address) const;
    /// @pre find(address) is none, record is not
    void insert(Ipv4 address, std::uint32_t record);
    /// @pre find(address) is not none
    void erase(Ipv4 address);

    /// The record of the lowest address at or above `from`, which becomes that address; none.
    std::uint32_t next(Ipv4& from) const;

    std::size_t bytes() const { return top_.bytes_kept() + nodes_.bytes(); }

private:
    struct Node;
    Node& node(std::uint32_t number);
    const Node& node(std::uint32_t number) const;
    std::uint32_t child(std::uint32_t& slot);
    std::uint32_t next_in_top(std::uint32_t top, unsigned middle, unsigned low, Ipv4& found) const;

    ZeroedArray<std::uint32_t> top_;  // by the upper 16 bits; numbers of nodes
    Slab nodes_;
};

}  // namespace leasehold
