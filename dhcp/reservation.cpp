#include "dhcp/reservation.hpp"

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <limits>

namespace leasehold {

namespace {

constexpr std::uint32_t no_host = std::numeric_limits<std::uint32_t>::max();

std::uint64_t identifier_key(std::uint32_t subnet_id, HostIdentifierType type, OctetView identifier) {
    std::size_t seed = subnet_id;
    boost::hash_combine(seed, static_cast<unsigned>(type));
    boost::hash_range(seed, identifier.begin(), identifier.end());
    return seed;
}

std::uint64_t address_key(std::uint32_t subnet_id, const Prefix& address) {
    std::size_t seed = subnet_id;
    boost::hash_combine(seed, std::hash<Prefix>{}(address));
    return seed;
}

/// Puts the host in front of those with the same key.
void chain(boost::unordered_flat_map<std::uint64_t, std::uint32_t>& heads, std::vector<std::uint32_t>& next,
           std::uint64_t key, std::uint32_t link) {
    const auto [head, is_new] = heads.try_emplace(key, link);
    next.push_back(is_new ? no_host : head->second);
    head->second = link;
}

}  // namespace

HostTable::HostTable(std::vector<Reservation> hosts) : hosts_{std::move(hosts)} {
    next_identifier_.reserve(hosts_.size());
    for (std::uint32_t place = 0; place < hosts_.size(); ++place) {
        const Reservation& host = hosts_[place];
        has_global_ = has_global_ || host.subnet_id == 0;
        chain(by_identifier_, next_identifier_,
              identifier_key(host.subnet_id, host.type, view(host.identifier)), place);
        for (const Prefix& address : host.addresses) {
            hosts_of_links_.push_back(place);
            chain(by_address_, next_address_, address_key(host.subnet_id, address),
                  static_cast<std::uint32_t>(hosts_of_links_.size() - 1));
        }
    }
}

const Reservation* HostTable::find(std::uint32_t subnet_id, HostIdentifierType type,
                                   OctetView identifier) const {
    const auto head = by_identifier_.find(identifier_key(subnet_id, type, identifier));
    if (head == by_identifier_.end()) return nullptr;
    for (auto place = head->second; place != no_host; place = next_identifier_[place]) {
        const Reservation& host = hosts_[place];
        if (host.subnet_id == subnet_id && host.type == type &&
            same_octets(view(host.identifier), identifier))
            return &host;
    }
    return nullptr;
}

bool HostTable::is_reserved_for_other(std::uint32_t subnet_id, const Prefix& address,
                                      const Reservation* own) const {
    const auto head = by_address_.find(address_key(subnet_id, address));
    if (head == by_address_.end()) return false;
    bool for_other = false;
    for (auto link = head->second; link != no_host; link = next_address_[link]) {
        const Reservation& host = hosts_[hosts_of_links_[link]];
        if (host.subnet_id != subnet_id || std::ranges::find(host.addresses, address) == host.addresses.end())
            continue;
        if (&host == own) return false;  // several may share it
        for_other = true;
    }
    return for_other;
}

bool HostTable::is_reserved(std::uint32_t subnet_id, const Prefix& address) const {
    return is_reserved_for_other(subnet_id, address, nullptr);
}

}  // namespace leasehold
