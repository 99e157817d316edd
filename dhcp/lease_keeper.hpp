// The leases of one store kept in step: the table that answers, the pools that know what is free, the offers
// that stand, the changes that are with the store, and the counts per subnet and pool. Every change of a
// lease goes through here, so that none of them can be forgotten. Loop thread only; no I/O.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "dhcp/clock.hpp"
#include "dhcp/lease_checks.hpp"
#include "dhcp/lease_counts.hpp"
#include "dhcp/lease_event.hpp"
#include "dhcp/lease_table.hpp"
#include "dhcp/offer_table.hpp"
#include "dhcp/pending_changes.hpp"
#include "dhcp/scope_counts.hpp"
#include "dhcp/server_config.hpp"
#include "dhcp/stored_clients.hpp"

namespace leasehold {

class LeaseKeeper final : public LeaseCounts {
public:
    /// Both must outlive it.
    LeaseKeeper(std::shared_ptr<const ServerConfig> config, const LeaseClock& clock);

    // --- configuration
    /// New rules for expiry and new pools. `pools` must have been made (make_pools, block_reserved) for
    /// `config` and filled (fill_pools); nullopt: the present ones are right (same_pools).
    void use(std::shared_ptr<const ServerConfig> config, std::optional<AddressPools> pools);
    /// Pools that are being filled beside the present ones: they see every change from now on.
    void set_next_pools(AddressPools* next) { next_pools_ = next; }
    /// Marks the leases after `after` in `pools`, at most `limit` of them. @return where to go on.
    std::optional<Prefix> fill_pools(AddressPools& pools, std::optional<Prefix> after,
                                     std::size_t limit) const;

    // --- load
    /// Of rows that are still to come.
    void note_identities(const IdentitiesPage& page);
    /// Who has leases in the store; nullptr: not known yet, or the rows are all here and say it better.
    const StoredClients* stored_clients() const { return identities_complete_ ? stored_clients_.get() : nullptr; }
    /// A row as stored: of a page, or read alone because a packet needed it before its page came. Older than
    /// what is known already (a change came in while loading): ignored. What sanity-checks say about it is
    /// done.
    void load(const Lease& lease);
    /// The rows of a page, in their order.
    void load(std::span<const Lease> leases);
    const LeaseCheckCounts& check_counts() const { return checks_.counts(); }
    /// Rows that sanity-checks want removed, that have not changed since, and that are not busy, at most
    /// `limit`: an Erase of each is due. They are told again until they are gone.
    std::vector<Lease> unfit(std::size_t limit);
    bool has_unfit() const { return !unfit_.empty(); }
    void set_aside(UnreadableRow row);
    bool is_set_aside(const Prefix& address) const { return set_aside_.contains(address); }
    std::size_t set_aside_count() const { return set_aside_.size(); }
    void load_finished();
    bool complete() const { return complete_; }

    // --- a change on its way
    bool busy(const Prefix& address) const { return pending_.busy(address); }
    /// Shows the new content at once; the durable one is kept for restore(). @pre not busy
    void begin(const Change& change);
    /// It is durable: the undo record goes.
    LeaseEvent applied(const Change& change);
    /// It was not stored: back to the last durable record.
    void restore(const Prefix& address);
    /// Another writer won: its row is the durable one now.
    void take_over(const Prefix& address, const std::optional<Lease>& current);

    /// What the backend holds after an entry of the outage journal went into it. Memory knows that already,
    /// or something newer, unless it began with another backend, or somebody else's row stands (`overruled`).
    void reconcile(const Prefix& address, const std::optional<Lease>& stored, std::uint64_t version,
                   bool overruled);

    /// Looks again at what the pools know of a unit: its lease has ended, say.
    void mark(const Prefix& unit);

    // --- offers
    void hold(Hold hold);
    void release_hold(const Prefix& unit);
    void expire_holds(LeaseTime now);
    void advance(const Prefix& given) { pools_.advance(given); }

    // --- reading
    const LeaseTable& table() const { return table_; }
    LeaseTable& table() { return table_; }
    const AddressPools& pools() const { return pools_; }
    const OfferTable& offers() const { return offers_; }
    const PendingChanges& pending() const { return pending_; }
    const ScopeCounts& counts() const { return counts_; }
    std::int64_t of_subnet(std::uint32_t subnet_id, LeaseKind kind) const override;
    std::int64_t of_class(std::string_view name, LeaseKind kind) const override;
    /// Highest version seen: a fresh one must be above it.
    std::uint64_t version_seen() const { return version_seen_; }

    /// As the store has it, whatever is on its way.
    std::optional<Lease> durable(const Prefix& address) const;
    LeaseRows durable(LeaseRows rows) const;
    std::optional<Prefix> page_durable(std::optional<Prefix> after, std::size_t limit,
                                       const std::function<bool(const Lease&)>& visit) const;

    /// When sweep() shall look at the lease: its end, or the end of its affinity.
    LeaseTime due(const Lease& lease) const;

private:
    void store(const Lease& lease);
    void remove(const Prefix& address);
    /// @param lease  its record; nullptr: there is none
    void mark(const Prefix& unit, const Lease* lease);
    void set_pools(const Prefix& unit, Availability availability);
    Availability availability(const Prefix& unit, const Lease* lease) const;
    Availability availability_of(const Lease& lease) const;
    void count(const std::optional<Lease>& lease, int sign);
    /// A change on its way gives somebody a lease: it counts for limits. @param sign  -1: it is decided
    void count_begun(const std::optional<Lease>& before, const std::optional<Lease>& after, int sign);
    void count_classes(const Lease& lease, int sign);

    const LeaseClock& clock_;
    std::shared_ptr<const ServerConfig> config_;
    LeaseTable table_;
    AddressPools pools_;
    AddressPools* next_pools_ = nullptr;
    OfferTable offers_;
    PendingChanges pending_;
    std::unordered_map<Prefix, std::string> set_aside_;
    ScopeCounts counts_;
    struct ClassCount {
        std::int64_t addresses = 0, prefixes = 0;
    };
    std::map<std::string, ClassCount, std::less<>> class_counts_;        // durable and begun; none of 0
    std::map<std::pair<std::uint32_t, LeaseKind>, std::int64_t> begun_;  // by subnet
    LeaseChecks checks_;
    struct Unfit {
        Prefix address;
        std::uint64_t version;
    };
    std::vector<Unfit> unfit_;  // the last ones go first
    std::uint64_t version_seen_ = 0;
    bool complete_ = false;
    std::unique_ptr<StoredClients> stored_clients_;  // while loading
    std::size_t rows_announced_ = 0;
    bool identities_complete_ = false;
    std::unordered_set<Prefix> erased_while_loading_;  // a page read before may still bring them
};

/// How a lease counts: nullopt fields move nothing.
LeaseCount count_of(const Lease& lease);

}  // namespace leasehold
