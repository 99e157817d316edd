// Receiving: to whom an answer is, whether it is what was asked for, and whether somebody else has it.
#include <algorithm>
#include <cmath>

#include "tests/bench/load/round.hpp"

namespace leasehold::bench {
namespace {

constexpr std::size_t server_count_max = 256;

std::string units_text(const Units& units) {
    std::string text = units.has_address ? to_string(units.address) : "";
    if (units.prefix_length > 0)
        text += (text.empty() ? "" : " and ") + to_string(Prefix{units.prefix, units.prefix_length});
    return text.empty() ? "nothing" : text;
}

}  // namespace

void Engine::take(OctetSpan datagram, Nanoseconds waited) {
    now_ = Clock::now();
    const auto at = now_ - waited;
    auto& outcome = round_->outcome;
    const auto answer = codec_.read(datagram);
    if (!answer) {
        ++outcome.unreadable;
        return;
    }
    if (answer->client >= clients_.size()) {
        ++outcome.strangers;
        return;
    }
    auto& client = clients_[answer->client];
    if (answer->xid != client.xid) {
        ++outcome.orphans;
        return;
    }
    switch (client.stage) {
        case Stage::discovering:
            if (answer->kind == AnswerKind::offer) return take_offer(answer->client, *answer, at);
            if (answer->kind == AnswerKind::ack && round_->work.exchange == Exchange::rapid)
                return take_ack(answer->client, *answer, at);
            if (answer->kind == AnswerKind::refusal) return take_refusal(answer->client, at);
            break;
        case Stage::requesting:
        case Stage::renewing:
            if (answer->kind == AnswerKind::ack) return take_ack(answer->client, *answer, at);
            if (answer->kind == AnswerKind::refusal) return take_refusal(answer->client, at);
            break;
        case Stage::releasing:  // whatever the status: the server has heard of it
            if (answer->kind == AnswerKind::offer) break;
            answered(Ask::release, answer->client, at);
            return complete(answer->client, at);
        case Stage::idle:
        case Stage::pausing: break;
    }
    ++outcome.surplus;
}

void Engine::answered(Ask ask, ClientNumber number, Instant at) {
    auto& messages = round_->outcome.of(ask);
    ++messages.answered;
    messages.latency.add(at - clients_[number].asked);
}

void Engine::take_offer(ClientNumber number, const Answer& answer, Instant at) {
    auto& client = clients_[number];
    const auto server = server_place(answer.server);
    if (!server) {
        ++round_->outcome.unreadable;
        return;
    }
    if (!is_enough(answer.units)) return take_refusal(number, at);
    answered(Ask::discover, number, at);
    if (round_->work.exchange == Exchange::offer) {
        complete(number, at);
        return;
    }
    take_units(number, answer);
    client.server = *server;
    if (!codec_.request_keeps_xid()) client.xid = new_xid();
    start_stage(number, Stage::requesting, at);
}

/// Those that it is offered, or given without an offer.
void Engine::take_units(ClientNumber number, const Answer& answer) {
    auto& client = clients_[number];
    if (client.bound && client.units != answer.units) {
        ++round_->outcome.moved;
        lose_lease(number);
    }
    client.units = answer.units;
}

void Engine::take_ack(ClientNumber number, const Answer& answer, Instant at) {
    auto& client = clients_[number];
    const auto ask = ask_of(client.stage);
    if (ask == Ask::discover) {  // rapid commit
        const auto server = server_place(answer.server);
        if (!server || !is_enough(answer.units)) return take_refusal(number, at);
        take_units(number, answer);
        client.server = *server;
    } else if (!is_as_asked(number, answer)) {
        answered(ask, number, at);
        lose_lease(number);
        ++round_->outcome.lost;
        return end(number);
    }
    answered(ask, number, at);
    claim(number, client.asked, at, answer.valid);
    client.bound = true;
    complete(number, at);
}

bool Engine::is_as_asked(ClientNumber number, const Answer& answer) {
    const auto& client = clients_[number];
    auto& outcome = round_->outcome;
    if (answer.units != client.units) {
        ++outcome.wrong_leases;
        find("client " + name_of(number) + " asked for " + units_text(client.units) +
             " and was acknowledged " + units_text(answer.units));
        return false;
    }
    // A renewal that is broadcast is any server's to answer.
    const bool broadcast =
        client.stage == Stage::renewing && settings_.clients.family == Family::v4 && !settings_.relays.first;
    if (broadcast || std::ranges::equal(answer.server, servers_[client.server])) return true;
    ++outcome.wrong_servers;
    find("client " + name_of(number) + " was acknowledged " + units_text(answer.units) +
         " by another server than it chose");
    return false;
}

void Engine::take_refusal(ClientNumber number, Instant at) {
    answered(ask_of(clients_[number].stage), number, at);
    ++round_->outcome.refused;
    lose_lease(number);
    if (!round_->work.retransmit) {
        ++round_->outcome.lost;
        return end(number);
    }
    pause(number);
}

void Engine::complete(ClientNumber number, Instant at) {
    auto& round = *round_;
    auto& outcome = round.outcome;
    const auto& client = clients_[number];
    ++outcome.completed;
    round.since_told.add(at - client.begun);
    if (client.stage == Stage::discovering || client.stage == Stage::requesting)
        outcome.whole.add(at - client.begun);
    if (round.avalanche) {
        for (std::size_t i = 0; i < served_shares.size(); ++i) {
            const auto wanted = std::ceil(served_shares[i] * static_cast<double>(round.schedule.due_count()));
            if (!outcome.served_after[i] && static_cast<double>(outcome.completed) >= wanted)
                outcome.served_after[i] = at - round.begin;
        }
    }
    end(number);
}

void Engine::claim(ClientNumber number, Instant asked, Instant at, std::chrono::seconds valid) {
    const auto& units = clients_[number].units;
    const auto one = [&](const Prefix& unit) {
        const auto duplicate = owners_.take(unit, number, asked, at, valid);
        if (!duplicate) return;
        ++round_->outcome.duplicates;
        find(to_string(duplicate->unit) + " was given to two clients at a time: to " +
             name_of(duplicate->first) + " and then to " + name_of(duplicate->second));
    };
    if (units.has_address) one({units.address, 128});
    if (units.prefix_length > 0) one({units.prefix, units.prefix_length});
}

void Engine::lose_lease(ClientNumber number) {
    auto& client = clients_[number];
    if (!client.bound) return;
    client.bound = false;
    if (client.units.has_address) owners_.give_back({client.units.address, 128}, number);
    if (client.units.prefix_length > 0)
        owners_.give_back({client.units.prefix, client.units.prefix_length}, number);
}

void Engine::find(const std::string& what) {
    auto& findings = round_->outcome.findings;
    if (findings.size() < finding_count_max) findings.push_back(what);
}

bool Engine::is_enough(const Units& units) const {
    const auto& wanted = settings_.clients;
    return (!wanted.wants_address || units.has_address) && (!wanted.wants_prefix || units.prefix_length > 0);
}

std::string Engine::name_of(ClientNumber number) const {
    return mac_text(mac_of(settings_.clients, number));
}

std::optional<std::uint16_t> Engine::server_place(OctetSpan identifier) {
    const auto found = std::ranges::find_if(
        servers_, [&](const auto& known) { return std::ranges::equal(known, identifier); });
    const auto place = static_cast<std::uint16_t>(found - servers_.begin());
    if (found != servers_.end()) return place;
    if (identifier.empty() || servers_.size() == server_count_max) return std::nullopt;
    servers_.emplace_back(identifier.begin(), identifier.end());
    return place;
}

}  // namespace leasehold::bench
