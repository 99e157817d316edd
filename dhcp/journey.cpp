#include "dhcp/journey_parts.hpp"

#include <cassert>
#include <random>

#include "dhcp/log.hpp"

namespace leasehold {

Journey::Journey(const PacketWords& words, JourneyContext context)
    : words_{words},
      context_{std::move(context)},
      set_aside_{[this](const Prefix& address) { return keeper_->is_set_aside(address); }},
      seed_{std::random_device{}() | std::uint64_t{std::random_device{}()} << 32} {}

Journey::~Journey() {
    *alive_ = false;
}

void Journey::use(std::shared_ptr<const ServerConfig> config, LeaseKeeper* keeper, ChangeTaker* taker) {
    assert(idle() || (keeper == keeper_ && taker == taker_));
    config_ = std::move(config);
    keeper_ = keeper;
    taker_ = taker;
    limiter_.use(*config_);
}

void Journey::on_datagram(const ListenerView& listener, const Inbound& datagram) {
    context_.statistics.add(words_.stats.received);
    backlog_ = datagram.backlog;
    if (!open_)
        return drop_unread(listener, datagram, {DropReason::service_disabled, "the service is closed"});
    if (is_stale(datagram)) return drop_stale(listener, datagram);
    if (!room()) {
        ++counters_.queue_full;
        return drop_unread(listener, datagram,
                           {DropReason::queue_full, "too many packets wait for the store"});
    }
    if (turn_away(listener, datagram)) return;
    auto packet = std::make_unique<Packet>(listener, datagram);
    packet->may_be_put_off = backlog_ || !newcomers_.empty();
    handle(std::move(packet));
}

void Journey::on_carried(CarriedMessage&& carried, Ipv4 local) {
    context_.statistics.add(words_.stats.received);
    auto packet = std::make_unique<Packet>(std::move(carried), local);
    if (!open_) return drop(*packet, {DropReason::service_disabled, "the service is closed"});
    if (!room()) {
        ++counters_.queue_full;
        return drop(*packet, {DropReason::queue_full, "too many packets wait for the store"});
    }
    handle(std::move(packet));
    flush();  // the answer left with the message around it, and no burst ends here
}

void Journey::flush() {
    context_.outlet.flush();
    if (exchange_times_.any_leaving()) exchange_times_.left(SteadyClock::now());
}

bool Journey::is_stale(const Inbound& datagram) const {
    const auto max = config_->packet_age_max;
    return max.count() != 0 && datagram.waited > max;
}

/// A backlog is not worked off: whoever is in it has asked again, and the fresh packets behind it would get
/// old too. Told once a minute.
void Journey::drop_stale(const ListenerView& listener, const Inbound& datagram) {
    count_stale();
    drop_unread(listener, datagram, {DropReason::too_old, "it has waited too long to be served"});
}

void Journey::count_stale() {
    ++counters_.stale;
    ++stale_untold_;
    const auto now = SteadyClock::now();
    if (now < stale_told_at_ + stale_tell_every && stale_told_at_ != SteadyClock::time_point{}) return;
    stale_told_at_ = now;
    log(in_family(MessageId::DHCP4_STALE_PACKETS, words_.family),
        {{"count", std::exchange(stale_untold_, 0)},
         {"milliseconds", static_cast<std::uint64_t>(config_->packet_age_max.count())}});
}

void Journey::note(Packet& packet, std::uint8_t type, std::uint32_t xid) {
    packet.type = type;
    packet.xid = xid;
    if (std::exchange(packet.noted, true)) return;
    context_.statistics.add(words_.received_stat(type));
    log_received(words_, packet.bytes, packet.interface_name, type, packet.source, packet.destination);
}

std::optional<Drop> Journey::over_limit(Packet& packet, const ClientRequest& request) {
    if (std::exchange(packet.limited, true)) return std::nullopt;
    auto reached = limiter_.take(*config_, request.classes, request.subnet, packet.received_at);
    if (reached.empty()) return std::nullopt;
    return Drop{DropReason::limit_exceeded, std::move(reached)};
}

void Journey::answer(std::unique_ptr<Packet> packet, const ClientRequest& request, const Decide& decide) {
    packet->subnet_id = request.subnet == nullptr ? 0 : request.subnet->id;
    const auto busy = clients_.find(request.client);
    if (busy != clients_.end()) return park(std::move(packet), busy->second);

    const World world{keeper_->table(),
                      keeper_->pools(),
                      keeper_->offers(),
                      keeper_->pending(),
                      keeper_->complete(),
                      context_.clock.reuse_allowed(),
                      set_aside_,
                      outage_,
                      keeper_,
                      keeper_->stored_clients()};
    const auto now = context_.clock.now_precise();
    const auto fresh = first_version(now, keeper_->version_seen());
    seed_ = seed_ * 6364136223846793005u + 1442695040888963407u;
    Decision decision =
        decide(world, Facts{packet->facts, packet->pings}, std::chrono::floor<std::chrono::seconds>(now), fresh,
               seed_ >> 16);

    if (auto* done = std::get_if<Done>(&decision)) {
        ++packet->decisions;
        return carry_out(std::move(packet), request.client, std::move(*done));
    }
    if (auto* wait = std::get_if<Wait>(&decision)) return wait_for(wait->lease, request.client, std::move(packet));
    auto& need = std::get<Need>(decision);
    if (need.ping) return look(std::move(packet), request.client, std::move(*need.ping));
    fetch(std::move(packet), request.client, std::move(need.rows));
}

void Journey::carry_out(std::unique_ptr<Packet> packet, const ClientKey& key, Done&& done) {
    if (done.changes.empty()) return finish(*packet, done);
    const DecisionId id = next_id_++;
    InFlight flight{std::move(packet), key, std::move(done), {}};
    for (const Change& change : flight.done.changes) {
        keeper_->begin(change);
        flight.leases.push_back(address_of(change));
    }
    if (!taker_->submit({id, std::move(flight.done.changes)})) {
        for (const Prefix& lease : flight.leases) keeper_->restore(lease);
        ++counters_.queue_full;
        return drop(*flight.packet, {DropReason::queue_full, "the store takes no more changes now"});
    }
    clients_[key].flight = id;
    in_flight_.try_emplace(id, std::move(flight));
}

bool Journey::on_completion(Completion& completion) {
    auto flight = in_flight_.extract(completion.id);
    if (flight.empty()) return false;
    settle(flight.mapped(), completion);
    return true;
}

void Journey::settle(InFlight& flight, Completion& completion) {
    flight.done.changes = std::move(completion.changes);
    LeaseEventList applied;
    std::size_t lost = 0, rejected = 0;
    for (std::size_t i = 0; i < flight.leases.size(); ++i) {
        const Prefix& address = flight.leases[i];
        if (completion.outcome == SubmissionOutcome::unavailable) {
            keeper_->restore(address);
            continue;
        }
        const Outcome outcome = completion.outcome_of(i);
        if (outcome == Outcome::applied) {
            applied.push_back(keeper_->applied(flight.done.changes[i]));
        } else if (outcome == Outcome::lost) {
            ++lost;
            keeper_->take_over(address, completion.rows[i].current);
        } else {
            ++rejected;
            keeper_->restore(address);
            log(MessageId::STORE_ROW_REJECTED, {{"address", to_string(address)},
                                                {"where", taker_->where()},
                                                {"reason", completion.rows[i].detail}});
        }
    }
    const bool all_applied = applied.size() == flight.leases.size();
    tell(*flight.packet, all_applied && flight.done.reply ? &*flight.done.reply : nullptr, std::move(applied));
    // The client's turn ends here; what it sent meanwhile comes after what is decided again.
    std::unique_ptr<Packet> parked;
    if (const auto client = clients_.find(flight.client); client != clients_.end()) {
        parked = std::move(client->second.parked);
        if (parked) --parked_;
        clients_.erase(client);
    }
    Packet& packet = *flight.packet;
    if (completion.outcome == SubmissionOutcome::unavailable) {
        drop(packet, {DropReason::store_unavailable, "the lease database did not take the change"});
    } else if (rejected > 0) {
        drop(packet, {DropReason::row_rejected, "the lease database refused the row"});
    } else if (lost > 0 && packet.decisions >= decisions_max) {
        drop(packet, {DropReason::processing_failed, "another writer changed the lease each time"});
    } else if (lost > 0) {
        handle(std::move(flight.packet));
    } else {
        finish(packet, flight.done);
    }
    for (const Prefix& address : flight.leases) wake(address);
    if (parked) handle(std::move(parked));
}

void Journey::abandon() {
    for (auto& [id, flight] : std::exchange(in_flight_, {})) {
        for (const Prefix& lease : flight.leases) keeper_->restore(lease);
        drop(*flight.packet, {DropReason::store_unavailable, "its lease database is left"});
    }
    for (auto& [key, client] : std::exchange(clients_, {}))
        if (client.parked)
            drop(*client.parked, {DropReason::store_unavailable, "its lease database is left"});
    waiting_.clear();
    parked_ = 0;
}

void Journey::finish(const Packet& packet, Done& done) {
    for (const Prefix& unit : done.release_holds) keeper_->release_hold(unit);
    for (Hold& hold : done.holds) keeper_->hold(std::move(hold));
    for (const Prefix& unit : done.advances) keeper_->advance(unit);
    for (const Count& count : done.counts) {
        if (count.subnet_id == 0)
            context_.statistics.add(count.stat);
        else
            context_.statistics.add(count.stat, count.subnet_id, std::nullopt);
    }
    log_conflicts(words_, packet.bytes, done);
    if (done.drop.reason != DropReason::none) return drop(packet, done.drop);
    words_.log_decision(packet.bytes, packet.subnet_id, done);
    if (!done.reply) return;
    const auto now = SteadyClock::now();
    if (now - packet.received_at > reply_age_max) {
        ++counters_.replies_too_old;
        return drop(packet, {DropReason::too_old, "the reply was ready too late, the client asks again"});
    }
    if (slowest_.takes(now - packet.received_at + packet.waited, now)) keep_slow(packet, done, now);
    send(packet, *done.reply);
}

void Journey::tell(const Packet& packet, const Reply* reply, LeaseEventList&& events) {
    context_.events.publish(std::move(events), [&packet, reply] {
        QueryContext query{{packet.bytes.begin(), packet.bytes.end()}, packet.interface_name, packet.interface_index,
                           packet.destination, packet.source, packet.source_port};
        if (reply != nullptr) query.reply.assign(reply->bytes.begin(), reply->bytes.end());
        return std::make_shared<const QueryContext>(std::move(query));
    });
}

void Journey::send(const Packet& packet, const Reply& reply) {
    context_.statistics.add(words_.stats.sent);
    context_.statistics.add(words_.sent_stat(reply.type));
    log_sent(words_, packet.bytes, packet.interface_name, reply);
    send_reply(packet, reply, context_.client_port != 0 ? context_.client_port : reply.destination.port);
    exchange_times_.answered(words_.received_stat(packet.type), packet.received_at - packet.waited);
}

void Journey::drop(const Packet& packet, const Drop& drop) {
    count_drop(context_.statistics, words_, drop.reason);
    log_drop(words_, packet.bytes, packet.interface_name, packet.type, drop);
}

void Journey::drop_unreadable(const Packet& packet, std::string_view what, std::size_t offset) {
    drop(packet, {DropReason::parse_failed, std::string{what} + " at octet " + std::to_string(offset)});
}

void Journey::drop_unread(const ListenerView& listener, const Inbound& datagram, const Drop& drop) {
    count_drop(context_.statistics, words_, drop.reason);
    log_drop(words_, datagram.bytes, listener.interface.name, 0, drop);
}

}  // namespace leasehold
