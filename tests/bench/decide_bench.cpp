// What one decision costs, reply bytes included, in a subnet of a million addresses most of which are leased.
// read_request is measured by itself: a packet needs both.
#include <benchmark/benchmark.h>

#include <functional>
#include <memory>
#include <vector>

#include "dhcp/v4/request.hpp"
#include "tests/bench/large_world.hpp"

namespace leasehold {
namespace {

using namespace testing_world;
using testing_world::World;
using namespace large_world_bench;

/// Made once: filling a million rows takes a while.
World& the_world() {
    static const auto world = large_world(large_config(), leased);
    return *world;
}

/// Packets of many clients, parsed once; the loop cycles through them so that caches do not flatter.
class Packets {
public:
    static constexpr std::uint32_t count = 4096;
    explicit Packets(const std::function<Packet(std::uint32_t)>& make) {
        for (std::uint32_t i = 0; i < count; ++i) packets_.push_back(make(i));
        for (const auto& packet : packets_) bytes_.push_back(packet.bytes());
        for (const auto& bytes : bytes_) messages_.push_back(v4::MessageView::parse(bytes).value());
    }
    const v4::MessageView& message(std::size_t i) const { return messages_[i % count]; }
    const v4::Arrival& arrival(std::size_t i) const { return packets_[i % count].arrival; }

private:
    std::vector<Packet> packets_;
    std::vector<Bytes> bytes_;
    std::vector<v4::MessageView> messages_;
};

std::uint32_t spread(std::uint32_t i) {
    return i * 2654435761u % leased;
}

Packet with_usual_list(Packet packet) {
    return packet.requesting({1, 3, 6, 15, 42, 51, 58, 59, 119, 121});
}

Packets discovers() {
    return Packets{
        [](std::uint32_t i) { return with_usual_list(client_number(leased + 10 + i).discover()); }};
}

Packets selectings() {
    return Packets{[](std::uint32_t i) {
        return with_usual_list(client_number(leased + 10 + i).selecting(to_string(nth(leased + 10 + i))));
    }};
}

Packets renewals() {
    return Packets{[](std::uint32_t i) {
        const auto n = spread(i);
        return with_usual_list(client_number(n).renewing(to_string(nth(n))));
    }};
}

void decide_packets(benchmark::State& state, const Packets& packets) {
    const auto& world = the_world();
    std::vector<v4::Request> requests;
    for (std::size_t i = 0; i < Packets::count; ++i) {
        requests.push_back(
            v4::read_complete_request(packets.message(i), packets.arrival(i), world.config(), world).value());
    }
    std::size_t i = 0;
    for (auto _ : state) {
        auto decision = world.decide_request(requests[i++ % Packets::count]);
        benchmark::DoNotOptimize(decision);
    }
}

void decide_discover(benchmark::State& state) {
    decide_packets(state, discovers());
}
void decide_selecting(benchmark::State& state) {
    decide_packets(state, selectings());
}
void decide_renewing(benchmark::State& state) {
    decide_packets(state, renewals());
}

void read_request(benchmark::State& state) {
    const auto packets = discovers();
    const auto& world = the_world();
    std::size_t i = 0;
    for (auto _ : state) {
        auto request =
            v4::read_complete_request(packets.message(i), packets.arrival(i), world.config(), world);
        ++i;
        benchmark::DoNotOptimize(request);
    }
}

BENCHMARK(read_request);
BENCHMARK(decide_discover);
BENCHMARK(decide_selecting);
BENCHMARK(decide_renewing);

}  // namespace
}  // namespace leasehold

BENCHMARK_MAIN();
