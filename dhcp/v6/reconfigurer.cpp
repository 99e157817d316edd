#include "dhcp/v6/reconfigurer.hpp"

#include <algorithm>

#include "dhcp/log.hpp"

namespace leasehold::v6 {

namespace {

ClientKey key_of(OctetView duid) {
    return {IdentityKind::duid, to_octets(duid)};
}

}  // namespace

void Reconfigurer::use(std::shared_ptr<const ServerConfig> config) {
    config_ = std::move(config);
    if (config_->reconfigure_keys != nullptr) return;
    clients_.clear();
    queue_.clear();
    alarms_.clear();
    begun_ = 0;
}

bool Reconfigurer::add(ReconfigureTarget target) {
    if (!config_ || config_->reconfigure_keys == nullptr) return false;
    auto key = key_of(view(target.duid));
    if (const auto known = clients_.find(key); known != clients_.end() && known->second.tries == 0) {
        known->second.target = std::move(target);
        return true;
    }
    forget(key);
    if (clients_.size() >= clients_max) {
        ++counters_.refused;
        return false;
    }
    clients_.emplace(key, Client{std::move(target), 0, {}});
    queue_.push_back(std::move(key));
    return true;
}

void Reconfigurer::forget(const ClientKey& key) {
    const auto found = clients_.find(key);
    if (found == clients_.end()) return;
    if (found->second.tries != 0) --begun_;
    clients_.erase(found);
}

void Reconfigurer::heard(OctetView duid) {
    if (clients_.empty()) return;
    const auto key = key_of(duid);
    if (!clients_.contains(key)) return;
    forget(key);
    ++counters_.answered;
}

void Reconfigurer::tick(SteadyTime now, std::uint64_t replay) {
    while (!alarms_.empty() && alarms_.begin()->first <= now) {
        const auto [due, key] = std::move(*alarms_.begin());
        alarms_.erase(alarms_.begin());
        const auto found = clients_.find(key);
        if (found != clients_.end() && found->second.tries != 0 && found->second.next == due)
            send_again(key, found->second, now, replay);
    }
    for (std::size_t begun = 0; begun < begun_per_tick && !queue_.empty(); queue_.pop_front()) {
        const auto found = clients_.find(queue_.front());
        if (found == clients_.end() || found->second.tries != 0) continue;
        send(queue_.front(), found->second, now, replay);
        ++begun_;
        ++begun;
    }
}

void Reconfigurer::send_again(const ClientKey& key, Client& client, SteadyTime now, std::uint64_t replay) {
    if (client.tries < tries_max) return send(key, client, now, replay);
    log(MessageId::DHCP6_RECONFIGURE_UNANSWERED, {{"client", to_hex(view(key.bytes))},
                                                  {"address", to_string(client.target.way.way.via)},
                                                  {"tries", tries_max}});
    ++counters_.unanswered;
    forget(key);
}

void Reconfigurer::send(const ClientKey& key, Client& client, SteadyTime now, std::uint64_t replay) {
    replay_ = std::max(replay_ + 1, replay);
    const Reconfigure message{view(client.target.duid), view(config_->duid), client.target.wanted, replay_};
    auto reply = make_reconfigure(message, client.target.way, *config_->reconfigure_keys);
    if (!reply.bytes.empty() && send_(client.target, std::move(reply))) ++counters_.sent;
    client.next = now + first_wait * (1 << client.tries);
    ++client.tries;
    alarms_.emplace(client.next, key);
}

ReconfigureStatus Reconfigurer::status() const {
    auto status = counters_;
    status.waiting = begun_;
    status.queued = clients_.size() - begun_;
    return status;
}

}  // namespace leasehold::v6
