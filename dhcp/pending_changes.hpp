// Which leases are with the store right now, and the one undo level: the last durable record of each.
// The lease table shows the new content of a pending Put (an address cannot be given twice), queries ask
// here for the durable one. Loop thread only.
#pragma once

#include <cassert>
#include <cstddef>
#include <optional>
#include <utility>

#include "dhcp/lease.hpp"
#include "dhcp/recycling_allocator.hpp"

namespace leasehold {

class PendingChanges {
public:
    /// @param durable  what the store holds for the address; nullopt: nothing.
    /// @pre !busy(address)
    void begin(const Prefix& address, std::optional<Lease> durable) {
        [[maybe_unused]] const bool begun = durable_.emplace(address, std::move(durable)).second;
        assert(begun);
    }
    bool busy(const Prefix& address) const { return durable_.contains(address); }
    /// The durable record of a busy address (nullopt: none stored), valid until end(); nullptr: not busy.
    const std::optional<Lease>* durable(const Prefix& address) const {
        const auto found = durable_.find(address);
        return found == durable_.end() ? nullptr : &found->second;
    }
    /// Ends it: the durable record as it was when begin() was called. Nothing for an address that is not
    /// busy.
    std::optional<Lease> end(const Prefix& address) {
        auto node = durable_.extract(address);
        return node.empty() ? std::nullopt : std::move(node.mapped());
    }
    std::size_t size() const { return durable_.size(); }

private:
    RecyclingMap<Prefix, std::optional<Lease>> durable_;
};

}  // namespace leasehold
