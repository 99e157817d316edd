#include "dhcp/reconfiguration.hpp"

#include <boost/asio/post.hpp>

#include "dhcp/pool_rules.hpp"

namespace leasehold {

namespace {
constexpr std::size_t rows_per_look = 256;  // between two looks at the clock
}

Reconfiguration::Reconfiguration(boost::asio::io_context& loop, const LeaseClock& clock, LeaseHome& running,
                                 std::shared_ptr<const ServerConfig> from,
                                 std::shared_ptr<const ServerConfig> to, Events events)
    : loop_{loop}, clock_{clock}, running_{running}, from_{std::move(from)}, events_{std::move(events)} {
    prepared_.config = std::move(to);
}

Reconfiguration::~Reconfiguration() {
    cancel();
}

void Reconfiguration::cancel() {
    if (!cancelled_ && prepared_.pools) running_.keeper().set_next_pools(nullptr);
    cancelled_ = true;
}

void Reconfiguration::prepare_pools() {
    if (same_pools(*from_, *prepared_.config)) {
        boost::asio::post(loop_, [self = shared_from_this()] {
            if (!self->cancelled_) self->events_.ready(std::move(self->prepared_));
        });
        return;
    }
    prepared_.pools.emplace(make_pools(*prepared_.config));
    running_.keeper().set_next_pools(&*prepared_.pools);  // changes made meanwhile are seen
    hosts_blocked_ = 0;
    next_slice(&Reconfiguration::fill_slice, std::nullopt);
}

void Reconfiguration::next_slice(void (Reconfiguration::*step)(std::optional<Prefix>),
                                 std::optional<Prefix> after) {
    boost::asio::post(loop_, [self = shared_from_this(), step, after] {
        if (!self->cancelled_) (self.get()->*step)(after);
    });
}

void Reconfiguration::fill_slice(std::optional<Prefix> after) {
    const auto end = std::chrono::steady_clock::now() + slice;
    while (hosts_blocked_ && std::chrono::steady_clock::now() < end)
        hosts_blocked_ = block_reserved(*prepared_.pools, *prepared_.config, *hosts_blocked_, rows_per_look);
    if (hosts_blocked_) return next_slice(&Reconfiguration::fill_slice, after);
    do {
        after = running_.keeper().fill_pools(*prepared_.pools, after, rows_per_look);
        if (!after) {
            cancelled_ = true;  // nothing more to undo: whoever takes the pools connects them
            running_.keeper().set_next_pools(nullptr);
            return events_.ready(std::move(prepared_));
        }
    } while (std::chrono::steady_clock::now() < end);
    next_slice(&Reconfiguration::fill_slice, after);
}

void Reconfiguration::prepare_home(std::unique_ptr<LeaseHome> home) {
    prepared_.home = std::move(home);
    prepared_.home->events().backend = [weak = weak_from_this()](const BackendStatus& status) {
        if (const auto self = weak.lock(); self && !self->cancelled_) self->on_backend(status);
    };
    prepared_.home->worker().start();
}

void Reconfiguration::on_backend(const BackendStatus& status) {
    if (status.state == BackendState::serving && !comparing_) {
        comparing_ = true;
        next_slice(&Reconfiguration::compare_slice, std::nullopt);
    } else if (status.state == BackendState::waiting && status.next_try && !comparing_) {
        cancelled_ = true;
        prepared_.recovering = true;
        boost::asio::post(loop_, [self = shared_from_this()] {
            if (self->prepared_.home) self->events_.ready(std::move(self->prepared_));
        });
    } else if (status.state == BackendState::given_up || status.state == BackendState::waiting) {
        cancelled_ = true;
        const Refused refused{status.last_code.value_or(StoreErrc::unavailable), status.last_error};
        boost::asio::post(loop_, [self = shared_from_this(), refused] {
            self->prepared_.home.reset();
            self->events_.refused(refused);
        });
    }
}

// A lease that its client still holds and the new database does not know may be given to somebody else there:
// the operator is told how many there are.
void Reconfiguration::compare_slice(std::optional<Prefix> after) {
    const auto end = std::chrono::steady_clock::now() + slice;
    const LeaseTime now = clock_.now();
    const auto& there = prepared_.home->keeper().table();
    do {
        after = running_.keeper().page_durable(after, rows_per_look, [&](const Lease& lease) {
            const bool lives = lease.state == LeaseState::assigned && !is_expired(lease, now);
            if (lives && !there.contains(lease.address)) ++prepared_.leases_missing;
            return true;
        });
        if (!after) {
            cancelled_ = true;
            return events_.ready(std::move(prepared_));
        }
    } while (std::chrono::steady_clock::now() < end);
    next_slice(&Reconfiguration::compare_slice, after);
}

}  // namespace leasehold
