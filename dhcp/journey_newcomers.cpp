// Packets that begin an exchange (DISCOVER, SOLICIT) while more is in the kernel's queue than is read at once: those that
// go on with an exchange come first, and these wait here. Who was offered an address then gets it: under more load than
// can be served what was begun is finished, instead of more being begun; and the kernel's queue, where packets are lost
// blindly, stays short. A burst (a power cut's end) finds room here. Under a load that stays too high few wait, and those
// beyond them are turned away at once, which is what costs least.
#include "dhcp/journey_parts.hpp"

namespace leasehold {

namespace {

constexpr const char* too_many = "more clients ask for the first time than can be served";

}  // namespace

/// @pre somebody waits
std::size_t Journey::newcomers_limit(SteadyClock::time_point now) const {
    const bool stays = now - newcomers_since_ > context_.newcomers.burst;
    return stays ? context_.newcomers.standing_max : context_.newcomers.burst_max;
}

bool Journey::turn_away(const ListenerView& listener, const Inbound& datagram) {
    if (newcomers_.size() < context_.newcomers.standing_max) return false;
    if (newcomers_.size() < newcomers_limit(SteadyClock::now())) return false;
    if (words_.type_of(datagram.bytes) != words_.first_type) return false;
    ++counters_.turned_away;
    context_.statistics.add(words_.received_stat(words_.first_type));
    drop_unread(listener, datagram, {DropReason::queue_full, too_many});
    return true;
}

bool Journey::put_off(std::unique_ptr<Packet>& packet) {
    if (!std::exchange(packet->may_be_put_off, false) || packet->type != words_.first_type) return false;
    if (newcomers_.empty()) newcomers_since_ = packet->received_at;
    newcomers_.push_back(std::move(packet));
    return true;
}

/// In turn as long as nobody waits long. With a longer queue the last one first: those at its end are about to give up,
/// and serving them would make those behind them give up as well.
std::unique_ptr<Journey::Packet> Journey::next_newcomer(SteadyClock::time_point now) {
    const bool in_turn = now - newcomers_.front()->received_at < context_.newcomers.in_order_for;
    auto next = std::move(in_turn ? newcomers_.front() : newcomers_.back());
    if (in_turn)
        newcomers_.pop_front();
    else
        newcomers_.pop_back();
    return next;
}

/// The oldest of them: their time is over, or there are too many for a load that stays. A part of them at a time.
void Journey::give_up_newcomers(SteadyClock::time_point now) {
    const auto max = config_->packet_age_max;
    for (std::size_t given_up = 0; given_up < context_.newcomers.given_up_of_a_turn && !newcomers_.empty(); ++given_up) {
        const Packet& oldest = *newcomers_.front();
        if (max.count() != 0 && now - oldest.received_at + oldest.waited > max) {
            count_stale();
            drop(oldest, {DropReason::too_old, "it has waited too long to be served"});
        } else if (newcomers_.size() > newcomers_limit(now)) {
            ++counters_.turned_away;
            drop(oldest, {DropReason::queue_full, too_many});
        } else {
            break;
        }
        newcomers_.pop_front();
    }
}

void Journey::serve_newcomers() {
    if (newcomers_.empty()) return;
    const auto now = SteadyClock::now();
    give_up_newcomers(now);
    const NewcomerRules& rules = context_.newcomers;
    const auto of_this_turn = backlog_ ? rules.of_a_backlogged_turn : rules.of_a_turn;
    for (std::size_t served = 0; served < of_this_turn && !newcomers_.empty(); ++served) {
        if (in_flight_.size() >= rules.flights_max) break;
        auto packet = next_newcomer(now);
        packet->waited += now - std::exchange(packet->received_at, now);  // no decision has begun meanwhile
        if (open_)
            handle(std::move(packet));
        else
            drop(*packet, {DropReason::service_disabled, "the service is closed"});
    }
    flush();
}

}  // namespace leasehold
