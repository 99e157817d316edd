// A wire with a server behind it, for tests: the empty server, and what a test makes of its answers.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "tests/bench/load/responder.hpp"
#include "tests/bench/load/wire.hpp"

namespace leasehold::bench {

using Octets8 = std::vector<std::uint8_t>;
using Replies = std::vector<Octets8>;

/// Settings of clients behind a relay, as the command line would make them.
inline Settings relayed_settings(Family family, std::size_t clients = 100) {
    const bool v4 = family == Family::v4;
    Settings settings;
    settings.clients.family = family;
    settings.clients.count = clients;
    settings.clients.base_mac = 0x0200aabb0000;
    settings.clients.wants_prefix = !v4;
    settings.relays.first = v4 ? to_ipv6(*parse_ipv4("10.1.0.1")) : *parse_ipv6("2001:db8:1::1");
    settings.relays.step = v4 ? 256 : 1;
    settings.network =
        v4 ? to_prefix(*parse_ipv4_network("10.0.0.0/8")) : *parse_ipv6_prefix("2001:db8::/64");
    settings.delegate = *parse_ipv6_prefix("3000::/16");
    return settings;
}

class FakeServer final : public Wire {
public:
    explicit FakeServer(const Settings& settings)
        : family_{settings.clients.family}, server_{family_, *settings.network, *settings.delegate} {}

    /// What becomes of an answer: none, one, or several.
    std::function<Replies(OctetSpan question, Octets8 answer)> change = [](OctetSpan, Octets8 answer) {
        return Replies{std::move(answer)};
    };
    /// Which addresses it would let clients send from.
    bool knows_addresses = false;
    std::size_t from_clients = 0;

    void send(std::span<const Parcel> parcels) override {
        for (const auto& parcel : parcels) {
            from_clients += parcel.from_client;
            ++counters_.sent;
            std::vector<std::uint8_t> buffer(EmptyServer::reply_size_max);
            const Inbound inbound{
                .bytes = parcel.octets, .source = parcel.client, .destination = {}, .source_port = 67};
            const auto answer = server_.answer(inbound, buffer);
            if (!answer) continue;
            for (auto& octets : change(parcel.octets, {answer->bytes.begin(), answer->bytes.end()}))
                waiting_.push_back(std::move(octets));
        }
    }
    std::size_t receive(const TakeMessage& take) override {
        std::size_t count = 0;
        for (; !waiting_.empty(); ++count) {
            const auto octets = std::move(waiting_.front());
            waiting_.pop_front();
            take(octets, Nanoseconds{0});
        }
        return count;
    }
    std::vector<int> descriptors() const override { return {}; }
    SocketCounters counters() const override { return counters_; }
    std::string last_error() const override { return {}; }
    bool has_address(const Ipv6&) const override { return knows_addresses; }

private:
    Family family_;
    EmptyServer server_;
    std::deque<Octets8> waiting_;
    SocketCounters counters_;
};

}  // namespace leasehold::bench
