// Who is to renew, and has not yet: RECONFIGURE is sent to them, and again with doubled waits (RFC 8415 18.3.11),
// until they come. So many begin in a second, lest a network's clients all come at once. Loop thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>

#include "dhcp/client_identity.hpp"
#include "dhcp/lease_context.hpp"
#include "dhcp/server_config.hpp"
#include "dhcp/v6/reconfigure.hpp"

namespace leasehold::v6 {

class Reconfigurer {
public:
    using SteadyTime = std::chrono::steady_clock::time_point;
    static constexpr std::size_t clients_max = 1'000'000;  // queued and waiting together
    static constexpr std::size_t begun_per_tick = 100;
    static constexpr int tries_max = 8;                        // REC_MAX_RC
    static constexpr std::chrono::seconds first_wait{2};       // REC_TIMEOUT, doubled each time

    /// Sends one message. False: it cannot be sent now; it counts as sent and is tried again.
    using Send = std::function<bool(const ReconfigureTarget& to, Reply&& message)>;
    explicit Reconfigurer(Send send) : send_{std::move(send)} {}

    /// Without keys nobody is told any more.
    void use(std::shared_ptr<const ServerConfig> config);
    /// A client that is there already begins anew. @return false: there are too many, or no keys
    bool add(ReconfigureTarget target);
    /// This client asks, whether or not it was told to.
    void heard(OctetView duid);
    /// Once a second. @param replay  replay_value() of now
    void tick(SteadyTime now, std::uint64_t replay);
    ReconfigureStatus status() const;

private:
    struct Client {
        ReconfigureTarget target;
        int tries = 0;  // 0: queued
        SteadyTime next{};
    };

    void send(const ClientKey& key, Client& client, SteadyTime now, std::uint64_t replay);
    void send_again(const ClientKey& key, Client& client, SteadyTime now, std::uint64_t replay);
    void forget(const ClientKey& key);

    Send send_;
    std::shared_ptr<const ServerConfig> config_;
    std::unordered_map<ClientKey, Client> clients_;
    std::deque<ClientKey> queue_;                  // not begun; those that are not in clients_ any more are passed over
    std::multimap<SteadyTime, ClientKey> alarms_;  // begun; likewise
    std::size_t begun_ = 0;
    std::uint64_t replay_ = 0;  // of the last message
    ReconfigureStatus counters_;
};

}  // namespace leasehold::v6
