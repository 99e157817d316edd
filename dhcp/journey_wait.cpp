// Packets that wait: behind an earlier one of their client, for a lease that is with the store, for stored
// rows, for somebody to answer at an address. One per client, and nobody else waits for them.
#include "dhcp/journey_parts.hpp"

namespace leasehold {

void Journey::park(std::unique_ptr<Packet> packet, Client& client) {
    if (client.flight) {
        Packet& flying = *in_flight_.at(*client.flight).packet;
        if (packet->is_retransmission_of(flying)) {
            drop(*packet, {DropReason::duplicate, "its answer is on the way"});
            packet->decisions = flying.decisions;
            flying = std::move(*packet);  // the reply goes where the client was seen last
            return;
        }
    }
    if (client.parked) {
        if (client.fetching) {
            packet->facts = client.parked->facts;
            packet->pings = client.parked->pings;
        }
        drop(*client.parked, {DropReason::duplicate, "replaced by a newer packet of the client"});
    } else {
        ++parked_;
    }
    client.parked = std::move(packet);
}

void Journey::wait_for(const Prefix& lease, const ClientKey& key, std::unique_ptr<Packet> packet) {
    Client& client = clients_[key];
    client.waits_for = lease;
    client.parked = std::move(packet);
    ++parked_;
    waiting_[lease].push_back(key);
}

void Journey::fetch(std::unique_ptr<Packet> packet, const ClientKey& key, std::vector<Prefix> rows) {
    if (packet->fetches++ >= fetches_max)
        return drop(*packet, {DropReason::store_unavailable, "it takes more stored leases than are read for a packet"});
    if (rows.size() > fetch_rows_max) rows.resize(fetch_rows_max);
    park_fetching(key, std::move(packet));
    auto on_rows = [this, alive = alive_, key, rows](StoreResult<std::vector<std::optional<Lease>>> found) {
        if (!*alive) return;
        auto waiting = take_fetching(key);
        if (!waiting) return;
        if (!found)
            return drop(*waiting, {DropReason::store_unavailable, "the stored lease could not be read"});
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if ((*found)[i]) keeper_->load(*(*found)[i]);  // what a change of it falls back to
            waiting->facts.push_back({rows[i], (*found)[i]});
        }
        handle(std::move(waiting));
        flush();
    };
    if (taker_->find(rows, std::move(on_rows))) return;
    drop(*take_fetching(key), {DropReason::store_unavailable, "the store does not take questions now"});
}

void Journey::park_fetching(const ClientKey& key, std::unique_ptr<Packet> packet) {
    Client& client = clients_[key];
    client.fetching = true;
    client.parked = std::move(packet);
    ++parked_;
}

std::unique_ptr<Journey::Packet> Journey::take_fetching(const ClientKey& key) {
    const auto client = clients_.find(key);
    if (client == clients_.end() || !client->second.fetching) return nullptr;
    auto packet = std::move(client->second.parked);
    clients_.erase(client);
    --parked_;
    return packet;
}

// The address is held for the client meanwhile, so that a newcomer is not offered it as well.
void Journey::look(std::unique_ptr<Packet> packet, const ClientKey& key, Need::Ping ping) {
    const std::uint32_t link = packet->probe_link;
    const Ipv4 address = ping.address;
    keeper_->hold(std::move(ping.hold));
    park_fetching(key, std::move(packet));
    const auto on_answer = [this, alive = alive_, key, address](bool answered) {
        if (!*alive) return;
        auto waiting = take_fetching(key);
        if (!waiting) return;
        if (answered) keeper_->release_hold(to_prefix(address));
        waiting->pings.push_back({address, answered});
        handle(std::move(waiting));
        flush();
    };
    if (context_.probe != nullptr && context_.probe->look(link, address, ping.how, on_answer)) return;
    on_answer(false);
}

void Journey::wake(const Prefix& address) {
    if (waiting_.empty()) return;
    const auto found = waiting_.find(address);
    if (found == waiting_.end()) return;
    const std::vector<ClientKey> keys = std::move(found->second);
    waiting_.erase(found);
    for (const ClientKey& key : keys) {
        const auto client = clients_.find(key);
        if (client == clients_.end() || client->second.waits_for != address) continue;
        auto packet = std::move(client->second.parked);
        clients_.erase(client);
        --parked_;
        if (packet) handle(std::move(packet));
    }
}

}  // namespace leasehold
