// The journey of a packet (dhcp/journey) without waiting: what needs time there, has it at once here.
#include "rehearsal/memory_server.hpp"

#include <algorithm>
#include <utility>

#include "dhcp/v4/decide.hpp"
#include "dhcp/v4/stashed_relay.hpp"
#include "dhcp/v6/decide.hpp"

namespace leasehold::rehearsal {
namespace {

constexpr std::uint32_t interface_index = 1;
constexpr std::size_t sweep_max = 1000;

Drop unreadable(std::string_view what, std::size_t offset) {
    return {DropReason::parse_failed, std::string{what} + " at octet " + std::to_string(offset)};
}

}  // namespace

MemoryServer::MemoryServer(std::shared_ptr<const ServerConfig> config, std::chrono::system_clock::time_point now)
    : time_{now}, clock_{time_}, config_{std::move(config)}, keeper_{config_, clock_} {
    keeper_.load_finished();
    limiter_.use(*config_);
}

/// A file's row has no version yet, and every later row of its address replaces it.
void MemoryServer::load(Lease lease) {
    lease.version = ++load_version_;
    keeper_.load(lease);
}

void MemoryServer::set_time(std::chrono::system_clock::time_point now) {
    time_.set(now);
    keeper_.expire_holds(clock_.now());
    const auto due_at = [this](const Lease& lease) {
        const auto due = keeper_.due(lease);
        if (due <= clock_.now()) keeper_.mark(lease.address);
        return due;
    };
    while (keeper_.table().sweep(clock_.now(), sweep_max, due_at).size() == sweep_max) {
    }
}

std::chrono::steady_clock::time_point MemoryServer::arrival_time() const {
    return std::chrono::steady_clock::time_point{
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(time_.wall().time_since_epoch())};
}

Outcome MemoryServer::decide(const Packet& packet, const Place& place) {
    place_address_ = place.address4;
    return config_->family == Family::v4 ? decide4(packet, place) : decide6(packet, place);
}

bool MemoryServer::is_over_limit(Outcome& outcome, const ClientRequest& request) {
    auto reached = limiter_.take(*config_, request.classes, request.subnet, arrival_time());
    if (reached.empty()) return false;
    outcome.drop = {DropReason::limit_exceeded, std::move(reached)};
    return true;
}

Outcome MemoryServer::decide4(const Packet& packet, const Place& place) {
    Outcome outcome;
    auto message = v4::MessageView::parse(packet.bytes);
    if (!message) {
        outcome.drop = unreadable(v4::to_string(message.error().code), message.error().offset);
        return outcome;
    }
    outcome.kind = v4::to_string(message->type());
    const v4::Arrival arrival{interface_index,   place.interface,    place.address4,
                              to_ipv4(packet.source), packet.source_port, to_ipv4(packet.destination),
                              true,              arrival_time()};
    const bool stashed = v4::restore_relay_information(*message, *config_, keeper_.table(), clock_.now());
    auto request = v4::read_request(*message, arrival, *config_, *this);
    if (!request) {
        outcome.drop = std::move(request.error());
        return outcome;
    }
    outcome.kind = v4::to_string(request->kind);
    outcome.request = *request;
    if (is_over_limit(outcome, *request)) return outcome;
    const auto refused = v4::complete_request(*request, *config_);
    outcome.request = *request;
    if (refused) {
        outcome.drop = *refused;
        return outcome;
    }
    request->relay_information_is_stashed = stashed;
    settle(outcome, [&](const World& world, const Facts& facts, std::uint64_t seed) {
        return v4::decide(*request, *config_, world, facts, clock_.now(),
                          first_version(clock_.now_precise(), keeper_.version_seen()), seed);
    });
    return outcome;
}

Outcome MemoryServer::decide6(const Packet& packet, const Place& place) {
    Outcome outcome;
    const auto message = v6::MessageView::parse(packet.bytes);
    if (!message) {
        outcome.drop = unreadable(v6::to_string(message.error().code), message.error().offset);
        return outcome;
    }
    outcome.kind = v6::to_string(message->type());
    if (message->type() == v6::MessageType::dhcpv4_query) {
        outcome.drop = {DropReason::unknown_type, "DHCPv4 within DHCPv6 (RFC 7341) is not rehearsed"};
        return outcome;
    }
    const v6::Arrival arrival{interface_index,    place.interface,    place.address6, packet.source,
                              packet.source_port, packet.destination, arrival_time()};
    auto request = v6::read_request(*message, arrival, *config_);
    if (!request) {
        outcome.drop = std::move(request.error());
        return outcome;
    }
    outcome.request = *request;
    if (is_over_limit(outcome, *request)) return outcome;
    const auto refused = v6::complete_request(*request, *config_);
    outcome.request = *request;
    if (refused) {
        outcome.drop = *refused;
        return outcome;
    }
    settle(outcome, [&](const World& world, const Facts& facts, std::uint64_t seed) {
        return v6::decide(*request, *config_, world, facts, clock_.now(),
                          first_version(clock_.now_precise(), keeper_.version_seen()), seed);
    });
    return outcome;
}

void MemoryServer::settle(Outcome& outcome,
                          const std::function<Decision(const World&, const Facts&, std::uint64_t)>& decide) {
    static const std::function<bool(const Prefix&)> nothing_set_aside = [](const Prefix&) { return false; };
    const World world{keeper_.table(), keeper_.pools(),   keeper_.offers(), keeper_.pending(), true,
                      true,            nothing_set_aside, std::nullopt,     &keeper_};
    seed_ = seed_ * 6364136223846793005u + 1442695040888963407u;
    std::vector<PingResult> pings;
    for (std::size_t turn = 0; turn <= Need::pings_max; ++turn) {
        auto decision = decide(world, Facts{{}, pings}, seed_ >> 16);
        if (auto* done = std::get_if<Done>(&decision)) {
            outcome.drop = done->drop;
            outcome.done = std::move(*done);
            return;
        }
        const auto* need = std::get_if<Need>(&decision);
        if (need == nullptr || !need->ping) break;
        pings.push_back({need->ping->address, false});
    }
    outcome.drop = {DropReason::processing_failed, "the decision waits for something that a rehearsal does not have"};
}

void MemoryServer::apply(const Outcome& outcome) {
    if (!outcome.done) return;
    const auto& done = *outcome.done;
    for (const auto& change : done.changes) {
        keeper_.begin(change);
        keeper_.applied(change);
    }
    for (const Prefix& unit : done.release_holds) keeper_.release_hold(unit);
    for (const Hold& hold : done.holds) keeper_.hold(hold);
    for (const Prefix& unit : done.advances) keeper_.advance(unit);
}

}  // namespace leasehold::rehearsal
