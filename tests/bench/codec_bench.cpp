// ns per packet of both wire formats, and the proof that they allocate nothing: a run with an allocation
// fails. Many different packets, so that none stays in the first-level cache by itself.
#include <benchmark/benchmark.h>

#include <array>
#include <vector>

#include "dhcp/v4/message.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v6/message.hpp"
#include "dhcp/v6/option_table.hpp"
#include "dhcp/wire.hpp"
#include "tests/support/allocation_count.hpp"
#include "tests/support/captures.hpp"

namespace leasehold {
namespace {

using Packet = std::array<std::uint8_t, 384>;
constexpr std::size_t packet_count = 65536;

/// Copies of a capture, each with its own number in place of these octets.
std::vector<Packet> packets_like(const char* capture_file, const std::vector<std::size_t>& number_at,
                                 std::size_t& size) {
    const auto capture = load_capture(capture_file);
    size = capture.bytes.size();
    std::vector<Packet> packets(packet_count);
    for (std::uint32_t i = 0; i < packet_count; ++i) {
        std::ranges::copy(capture.bytes, packets[i].begin());
        for (const std::size_t at : number_at) write_u32(&packets[i][at], i);
    }
    return packets;
}

/// Runs `use` on one packet after the other; an allocation in it fails the benchmark.
template <class Use>
void run_over_packets(benchmark::State& state, const char* capture_file,
                      const std::vector<std::size_t>& number_at, Use use) {
    std::size_t size = 0;
    const auto packets = packets_like(capture_file, number_at, size);
    std::size_t next = 0;
    std::size_t allocations = 0;
    for (auto _ : state) {
        const auto before = allocation_count();
        use(std::span{packets[next]}.first(size));
        allocations += allocation_count() - before;
        next = (next + 1) % packet_count;
    }
    state.counters["allocations"] = static_cast<double>(allocations);
    if (allocations != 0) state.SkipWithError("the codec allocated");
}

}  // namespace
}  // namespace leasehold

namespace leasehold::v4 {
namespace {

const std::vector<std::size_t> number_at{4, 30};  // xid, chaddr

/// What decide looks at in every message.
std::uint32_t read_identity(const MessageView& view) {
    std::uint32_t sum = view.giaddr().value + view.ciaddr().value + view.chaddr()[5];
    if (const auto id = view.option(option::client_identifier)) sum += id->back();
    sum += view.option_u32(option::requested_address).value_or(0);
    sum += view.option_u32(option::server_identifier).value_or(0);
    if (const auto link = view.relay_suboption(rai::link_selection)) sum += link->front();
    return sum;
}

void parse(benchmark::State& state, const char* capture_file) {
    run_over_packets(state, capture_file, number_at, [](std::span<const std::uint8_t> datagram) {
        const auto view = MessageView::parse(datagram);
        benchmark::DoNotOptimize(view ? read_identity(*view) : 0);
    });
}

std::size_t write_offer(const MessageView& view, std::span<std::uint8_t> buffer) {
    ReplyHeader header;
    header.xid = view.xid();
    header.flags = view.flags();
    header.giaddr = view.giaddr();
    header.yiaddr = {0xc000024d};
    header.hlen = view.hlen();
    std::ranges::copy(view.chaddr(), header.chaddr.begin());
    MessageWriter writer{buffer, header, MessageType::offer};
    const auto relay_information = view.option(option::relay_agent_information);
    if (relay_information) writer.reserve(relay_information->size());
    writer.add_u32(option::subnet_mask, 0xffffff00);
    writer.add_u32(option::routers, 0xc0000201);
    writer.add_u32(option::domain_name_servers, 0xc0000203);
    writer.add_text(option::domain_name, "example.org");
    writer.add_u32(option::lease_time, 3600);
    writer.add_u32(option::server_identifier, 0xc0000202);
    writer.add_u32(option::renewal_time, 900);
    writer.add_u32(option::rebinding_time, 1800);
    if (const auto id = view.option(option::client_identifier)) writer.add(option::client_identifier, *id);
    if (relay_information) writer.add_reserved(option::relay_agent_information, *relay_information);
    return writer.finish();
}

void parse_and_write(benchmark::State& state, const char* capture_file) {
    std::array<std::uint8_t, 1500> buffer;
    run_over_packets(state, capture_file, number_at, [&buffer](std::span<const std::uint8_t> datagram) {
        const auto view = MessageView::parse(datagram);
        benchmark::DoNotOptimize(view ? write_offer(*view, buffer) : 0);
        benchmark::ClobberMemory();
    });
}

constexpr auto direct = TESTS_DIR "/captures/v4/discover-direct.hex";
constexpr auto relayed = TESTS_DIR "/captures/v4/discover-via-relay.hex";
BENCHMARK_CAPTURE(parse, discover_direct, direct);
BENCHMARK_CAPTURE(parse, discover_via_relay, relayed);
BENCHMARK_CAPTURE(parse_and_write, discover_direct, direct);
BENCHMARK_CAPTURE(parse_and_write, discover_via_relay, relayed);

}  // namespace
}  // namespace leasehold::v4

namespace leasehold::v6 {
namespace {

/// What decide looks at in every message.
std::uint32_t read_identity(const MessageView& view) {
    std::uint32_t sum = view.xid() + static_cast<std::uint32_t>(view.duid().size() + view.server_id().size());
    for (const IaView ia : view.ias()) {
        sum += ia.iaid;
        for (const IaLease lease : ia.leases()) sum += lease.unit.address.bytes[15];
    }
    for (const RelayView& relay : view.relays()) sum += relay.link_address().bytes[15] + relay.has(18);
    return sum;
}

void parse(benchmark::State& state, const char* capture_file) {
    run_over_packets(state, capture_file, {}, [](std::span<const std::uint8_t> datagram) {
        const auto view = MessageView::parse(datagram);
        benchmark::DoNotOptimize(view ? read_identity(*view) : 0);
    });
}

std::size_t write_reply(const MessageView& view, std::span<std::uint8_t> buffer) {
    constexpr std::array<std::uint8_t, 14> server_duid{0, 1, 0, 1, 42, 0, 0, 0, 2, 0, 94, 32, 0, 1};
    MessageWriter writer{buffer, MessageType::reply, view};
    writer.add(option::client_id, view.duid());
    writer.add(option::server_id, server_duid);
    for (const IaView ia : view.ias()) {
        writer.begin_ia(ia.kind, ia.iaid, 900, 1800);
        for (const IaLease lease : ia.leases()) {
            writer.begin_ia_lease(ia.kind, lease.unit, 3600, 7200);
            writer.end_option();
        }
        writer.end_option();
    }
    writer.add_ipv6(option::dns_servers, {});
    writer.add_text(option::domain_search, "example.org");
    return writer.finish().size();
}

void parse_and_write(benchmark::State& state, const char* capture_file) {
    std::array<std::uint8_t, 1500> buffer;
    run_over_packets(state, capture_file, {}, [&buffer](std::span<const std::uint8_t> datagram) {
        const auto view = MessageView::parse(datagram);
        benchmark::DoNotOptimize(view ? write_reply(*view, buffer) : 0);
        benchmark::ClobberMemory();
    });
}

constexpr auto solicit = TESTS_DIR "/captures/v6/solicit-direct.hex";
constexpr auto relayed = TESTS_DIR "/captures/v6/solicit-via-relay.hex";
constexpr auto renew = TESTS_DIR "/captures/v6/renew.hex";
BENCHMARK_CAPTURE(parse, v6_solicit_direct, solicit);
BENCHMARK_CAPTURE(parse, v6_solicit_via_relay, relayed);
BENCHMARK_CAPTURE(parse, v6_renew, renew);
BENCHMARK_CAPTURE(parse_and_write, v6_solicit_direct, solicit);
BENCHMARK_CAPTURE(parse_and_write, v6_solicit_via_relay, relayed);
BENCHMARK_CAPTURE(parse_and_write, v6_renew, renew);

}  // namespace
}  // namespace leasehold::v6

BENCHMARK_MAIN();
