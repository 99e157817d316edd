// Sending: which client does what, and when it does so again.
#include "tests/bench/load/engine.hpp"

#include <poll.h>

#include <algorithm>
#include <cstdio>

#include "dhcp/socket_batch.hpp"
#include "dhcp/wire.hpp"
#include "tests/bench/load/retransmission.hpp"
#include "tests/bench/load/round.hpp"

namespace leasehold::bench {

Ask ask_of(Stage stage) {
    switch (stage) {
        case Stage::requesting: return Ask::request;
        case Stage::renewing: return Ask::renew;
        case Stage::releasing: return Ask::release;
        case Stage::idle:
        case Stage::discovering:
        case Stage::pausing: break;
    }
    return Ask::discover;
}

namespace {

/// DHCPv4's server identifier is an address.
Ipv6 address_of_server(OctetSpan identifier) {
    return identifier.size() == 4 ? to_ipv6(Ipv4{read_u32(identifier.data())}) : Ipv6{};
}

}  // namespace

Engine::Engine(const Settings& settings, const Codec& codec, Wire& wire, std::function<bool()> stopped)
    : settings_{settings},
      codec_{codec},
      wire_{wire},
      descriptors_{wire.descriptors()},
      stopped_{std::move(stopped)},
      clients_(settings.clients.count),
      holders_{settings.clients.count},
      spare_{settings.clients.count},
      owners_{settings.clients.count * (settings.clients.wants_address + settings.clients.wants_prefix)},
      buffers_(batch_size_max),
      timers_{Clock::now()},
      random_{settings.work.seed},
      now_{Clock::now()} {
    parcels_.reserve(batch_size_max);
}

Engine::~Engine() = default;

/// splitmix64
std::uint64_t Engine::random_bits() {
    random_ += 0x9e3779b97f4a7c15;
    auto bits = random_;
    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
    return bits ^ bits >> 31;
}

double Engine::random_share() {
    return static_cast<double>(random_bits() >> 11) / static_cast<double>(1ull << 53);
}

std::uint32_t Engine::new_xid() {
    return static_cast<std::uint32_t>(random_bits()) & codec_.xid_mask();
}

bool Engine::knock(Nanoseconds limit) {
    const auto client = static_cast<ClientNumber>(clients_.size() - 1);
    const auto begin = Clock::now();
    const auto xid = new_xid();
    bool heard = false;
    for (Nanoseconds patience = std::chrono::milliseconds{50}; !heard && Clock::now() - begin < limit;
         patience *= 2) {
        const Question question{
            .client = client, .xid = xid, .through_relay = settings_.relays.first.has_value()};
        wire_.send(std::array{Parcel{.octets = codec_.write(question, buffers_[0])}});
        const auto asked = Clock::now();
        while (!heard && Clock::now() - asked < patience && !(stopped_ && stopped_())) {
            now_ = Clock::now();
            wait(now_);
            wire_.receive([&](OctetSpan datagram, Nanoseconds) {
                const auto answer = codec_.read(datagram);
                heard = heard || (answer && answer->client == client && answer->xid == xid);
            });
        }
        if (stopped_ && stopped_()) break;
    }
    return heard;
}

Outcome Engine::run(const Shape& shape, const Work& work) {
    now_ = Clock::now();
    round_ = std::make_unique<Round>(Round{.work = work,
                                           .schedule = {shape, now_},
                                           .avalanche = shape.kind == ShapeKind::avalanche,
                                           .outcome = {},
                                           .from_client = {},
                                           .begin = now_,
                                           .told = now_,
                                           .since_told = {}});
    auto& outcome = round_->outcome;
    const auto own_before = own_load();
    const auto sockets_before = wire_.counters();
    const TakeMessage take_message = [this](OctetSpan datagram, Nanoseconds waited) {
        take(datagram, waited);
    };
    std::optional<Instant> load_end;
    while (!ended(now_)) {
        const bool began = begin_exchanges(now_);
        flush();
        const auto received = wire_.receive(take_message);
        flush();
        now_ = Clock::now();
        timers_.expire(
            now_, [this](ClientNumber number, std::uint16_t generation) { time_out(number, generation); });
        flush();
        if (!load_end && round_->schedule.over(now_)) {
            load_end = now_;
            outcome.completed_in_time = outcome.completed;
        }
        if (work.progress) tell_progress(now_);
        if (!began && received == 0) wait(now_);
        now_ = Clock::now();
    }
    abandon_all();
    // Where a number of exchanges ends the load, the last answers belong to it.
    const bool counted = round_->avalanche || !load_end ||
                         (shape.exchange_count_max > 0 && outcome.begun >= shape.exchange_count_max);
    if (counted) outcome.completed_in_time = outcome.completed;
    outcome.load_time = (counted ? now_ : *load_end) - round_->begin;
    outcome.whole_time = now_ - round_->begin;
    outcome.due = round_->schedule.due_count();
    outcome.own = own_load() - own_before;
    outcome.sockets = wire_.counters();
    outcome.sockets.kernel_dropped -= sockets_before.kernel_dropped;
    outcome.sockets.send_failed -= sockets_before.send_failed;
    outcome.sockets.sent -= sockets_before.sent;
    outcome.sockets.received -= sockets_before.received;
    outcome.socket_error = wire_.last_error();
    outcome.renews_from_client = round_->from_client.value_or(false);
    return std::move(outcome);
}

bool Engine::begin_exchanges(Instant now) {
    bool began = false;
    while (parcels_.size() < batch_size_max) {
        const auto due = round_->schedule.take(now, under_way_);
        if (!due || !begin_exchange(*due)) break;
        began = true;
    }
    return began;
}

bool Engine::begin_exchange(Instant due) {
    const auto& work = round_->work;
    const double chance = work.renewals + work.releases > 0 ? random_share() : 1;
    const bool with_lease = chance < work.renewals                   ? begin_with_lease(Ask::renew, due)
                            : chance < work.renewals + work.releases ? begin_with_lease(Ask::release, due)
                                                                     : false;
    return with_lease || begin_anew(due);
}

bool Engine::begin_with_lease(Ask ask, Instant due) {
    if (holders_.empty()) return false;
    const auto number = holders_.pop();
    auto& client = clients_[number];
    if (!round_->from_client) {
        const auto from = round_->work.renew_from;
        round_->from_client = from == RenewFrom::client ||
                              (from == RenewFrom::automatic && wire_.has_address(client.units.address));
    }
    client.begun = due;
    client.xid = new_xid();
    ++under_way_;
    ++round_->outcome.begun;
    if (ask == Ask::release) lose_lease(number);
    start_stage(number, ask == Ask::renew ? Stage::renewing : Stage::releasing, due);
    if (ask == Ask::release && !codec_.answers_release()) {
        ++round_->outcome.completed;
        end(number);
    }
    return true;
}

bool Engine::begin_anew(Instant due) {
    if (next_new_ < clients_.size())
        discover(next_new_++, due);
    else if (!spare_.empty())
        discover(spare_.pop(), due);
    else if (!holders_.empty())
        discover(holders_.pop(), due);
    else
        return false;  // all are at work; what was due is not offered
    return true;
}

void Engine::discover(ClientNumber number, Instant due) {
    clients_[number].begun = due;
    clients_[number].xid = new_xid();
    ++under_way_;
    ++round_->outcome.begun;
    start_stage(number, Stage::discovering, due);
}

void Engine::start_stage(ClientNumber number, Stage stage, Instant asked) {
    auto& client = clients_[number];
    client.stage = stage;
    client.asked = asked;
    client.resent = 0;
    ++round_->outcome.of(ask_of(stage)).sent;
    post(number);
}

void Engine::post(ClientNumber number) {
    if (parcels_.size() == batch_size_max) flush();
    auto& client = clients_[number];
    const auto ask = ask_of(client.stage);
    const auto& work = round_->work;
    const bool from_client =
        (ask == Ask::renew || ask == Ask::release) && round_->from_client.value_or(false);
    const Question question{.ask = ask,
                            .client = number,
                            .xid = client.xid,
                            .units = client.units,
                            .server = ask == Ask::discover ? OctetSpan{} : OctetSpan{servers_[client.server]},
                            .elapsed = client.resent == 0 ? Nanoseconds{0} : now_ - client.begun,
                            .rapid = work.exchange == Exchange::rapid,
                            .through_relay = settings_.relays.first.has_value() && !from_client};
    auto& buffer = buffers_[parcels_.size()];
    const bool has_address = ask == Ask::renew || ask == Ask::release;
    parcels_.push_back({.octets = codec_.write(question, buffer),
                        .client = has_address ? client.units.address : Ipv6{},
                        .from_client = from_client,
                        .server = from_client ? address_of_server(question.server) : Ipv6{}});
    arm(number, work.retransmit ? resend_delay(settings_.clients.family, ask, client.resent,
                                               2 * random_share() - 1, work.time_scale)
                                : work.timeout);
}

/// After a refusal a client begins anew, but not at once.
void Engine::pause(ClientNumber number) {
    clients_[number].stage = Stage::pausing;
    arm(number, resend_delay(settings_.clients.family, Ask::discover, 0, 2 * random_share() - 1,
                             round_->work.time_scale));
}

void Engine::arm(ClientNumber number, Nanoseconds delay) {
    timers_.arm(now_ + delay, number, ++clients_[number].generation);
}

void Engine::flush() {
    if (parcels_.empty()) return;
    wire_.send(parcels_);
    parcels_.clear();
}

void Engine::time_out(ClientNumber number, std::uint16_t generation) {
    auto& client = clients_[number];
    if (client.generation != generation || client.stage == Stage::idle) return;
    auto& outcome = round_->outcome;
    const auto ask = ask_of(client.stage);
    if (client.stage == Stage::pausing) {
        client.xid = new_xid();
        start_stage(number, Stage::discovering, now_);
    } else if (!round_->work.retransmit) {
        ++outcome.of(ask).unanswered;
        ++outcome.lost;
        end(number);
    } else if (!gives_up(settings_.clients.family, ask, client.resent)) {
        if (client.resent < 0xff) ++client.resent;
        ++outcome.of(ask).resent;
        post(number);
    } else {
        ++outcome.of(ask).unanswered;
        if (ask == Ask::release) {
            ++outcome.lost;
            end(number);
            return;
        }
        lose_lease(number);
        client.xid = new_xid();
        start_stage(number, Stage::discovering, now_);
    }
}

void Engine::end(ClientNumber number) {
    auto& client = clients_[number];
    client.stage = Stage::idle;
    --under_way_;
    (client.bound ? holders_ : spare_).push(number);
}

/// When a run is broken off, or its time is over.
void Engine::abandon_all() {
    if (under_way_ == 0) return;
    for (ClientNumber number = 0; number < clients_.size(); ++number) {
        if (clients_[number].stage == Stage::idle) continue;
        ++round_->outcome.of(ask_of(clients_[number].stage)).unanswered;
        ++round_->outcome.lost;
        end(number);
    }
}

bool Engine::ended(Instant now) const {
    if (stopped_ && stopped_()) {
        round_->outcome.interrupted = true;
        return true;
    }
    const auto& schedule = round_->schedule;
    if (!schedule.over(now)) return false;
    if (under_way_ == 0) return true;
    if (!round_->work.retransmit) return false;  // timeouts end it
    // A client may ask four times within a minute before it begins anew (RFC 2131 3.1).
    const auto patience = round_->avalanche
                              ? Nanoseconds{0}
                              : Nanoseconds{static_cast<std::int64_t>(60e9 * round_->work.time_scale)};
    return now >= schedule.end() + patience;
}

/// Sleeps until something arrives or may be due. Timers go by the millisecond.
void Engine::wait(Instant now) {
    constexpr Nanoseconds too_short_to_sleep = std::chrono::microseconds{20};
    if (settings_.work.spin) return;
    Nanoseconds time = std::chrono::milliseconds{1};
    if (round_) {
        const auto next = round_->schedule.next();
        if (next) time = std::min(time, Nanoseconds{*next - now});
    }
    if (time < too_short_to_sleep) return;
    std::array<pollfd, 4> waiting{};
    nfds_t count = 0;
    for (const int fd : descriptors_)
        if (count < waiting.size()) waiting[count++] = {.fd = fd, .events = POLLIN, .revents = 0};
    const timespec limit{.tv_sec = 0, .tv_nsec = time.count()};
    ppoll(waiting.data(), count, &limit, nullptr);
}

void Engine::tell_progress(Instant now) {
    auto& round = *round_;
    if (now - round.told < std::chrono::seconds{1}) return;
    const double seconds = std::chrono::duration<double>(now - round.told).count();
    const auto& outcome = round.outcome;
    const auto microseconds = [&](double share) {
        return static_cast<double>(round.since_told.percentile(share).count()) / 1e3;
    };
    std::fprintf(
        stderr,
        "%6.0f s  begun %8.0f/s  completed %8.0f/s  lost %6llu  under way %7zu  p50 %9.0f us  p99 %9.0f us\n",
        std::chrono::duration<double>(now - round.begin).count(),
        static_cast<double>(outcome.begun - round.begun_told) / seconds,
        static_cast<double>(outcome.completed - round.completed_told) / seconds,
        static_cast<unsigned long long>(outcome.lost - round.lost_told), under_way_, microseconds(0.5),
        microseconds(0.99));
    round.told = now;
    round.begun_told = outcome.begun;
    round.completed_told = outcome.completed;
    round.lost_told = outcome.lost;
    round.since_told = {};
}

}  // namespace leasehold::bench
