// What ten million leases cost in memory and in nanoseconds, and the longest that one operation takes while
// the table grows from nothing. A plain program that prints a table: the figures are for people, and depend
// on the machine. The number of leases may be given as the argument.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "dhcp/address_pools.hpp"
#include "dhcp/lease_table.hpp"

namespace leasehold {
namespace {

constexpr std::uint32_t leases_default = 10'000'000;
constexpr std::uint32_t operations = 500'000;
const LeaseTime start{std::chrono::seconds{1'700'000'000}};

std::size_t resident_bytes() {
    std::ifstream statm{"/proc/self/statm"};
    std::size_t total_pages = 0, resident_pages = 0;
    statm >> total_pages >> resident_pages;
    return resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// Nanoseconds of processor time that this thread has used, the kernel's work for it included.
double cpu_time() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// Spreads a running number over 32 bits without repeating one: clients come in no order.
constexpr std::uint32_t scattered(std::uint32_t number) {
    number = (number ^ number >> 16) * 0x45d9f3bu;
    number = (number ^ number >> 16) * 0x45d9f3bu;
    return number ^ number >> 16;
}

Octets hwaddr_of(std::uint32_t client) {
    const auto number = scattered(client);
    return {2,
            0,
            static_cast<std::uint8_t>(number >> 24),
            static_cast<std::uint8_t>(number >> 16),
            static_cast<std::uint8_t>(number >> 8),
            static_cast<std::uint8_t>(number)};
}
Octets client_id_of(std::uint32_t client) {
    auto id = hwaddr_of(client);
    id.insert(id.begin(), 1);
    return id;
}
Prefix address_of_unit(std::uint32_t unit) {
    return to_prefix(Ipv4{0x0a000000 + unit});
}

/// 7-octet client-id, 6-octet hardware address, a 20-octet host name on every second one.
Lease lease_of_client(std::uint32_t client) {
    Lease lease;
    lease.address = address_of_unit(client);
    lease.subnet_id = 1 + client % 100;
    lease.client_id = client_id_of(client);
    lease.hwaddr = hwaddr_of(client);
    if (client % 2 == 0) lease.hostname = "host-0123456789-abcd";
    lease.valid_lifetime = 86'400;
    lease.cltt = start + std::chrono::seconds{client % 86'400};
    lease.expire = lease.hold_until = lease.cltt + std::chrono::seconds{lease.valid_lifetime};
    lease.version = first_version(std::chrono::system_clock::time_point{start}, client);
    lease.last_writer = 42;
    return lease;
}

void print(const char* what, double value, const char* unit) {
    std::printf("%-44s %12.1f %s\n", what, value, unit);
}

/// Mean time of `operation(i)`, with what it costs to make the loop's arguments included.
template <class Operation>
void measure(const char* what, std::uint32_t count, const Operation& operation) {
    std::size_t found = 0;
    const auto begin = cpu_time();
    for (std::uint32_t i = 0; i < count; ++i) found += operation(i);
    print(what, (cpu_time() - begin) / count, "ns");
    if (found == 1) std::puts("");  // the result is used: nothing may be left out
}

class LongestPauses {
public:
    explicit LongestPauses(std::size_t count) { times_.reserve(count); }
    void add(double nanoseconds) { times_.push_back(static_cast<float>(nanoseconds)); }
    void print_all() {
        std::ranges::sort(times_);
        const auto at = [&](double part) {
            const auto place = static_cast<std::size_t>(part * static_cast<double>(times_.size()));
            return static_cast<double>(times_[std::min(place, times_.size() - 1)]);
        };
        print("put while growing, median", at(0.5), "ns");
        print("put while growing, 99.9 %", at(0.999), "ns");
        print("put while growing, 99.99 %", at(0.9999) / 1000, "us");
        print("put while growing, 99.9999 %", at(0.999999) / 1000, "us");
        print("put while growing, longest", at(1) / 1000, "us");
    }

private:
    std::vector<float> times_;
};

/// Fills the table in random order of addresses, timing every single put.
void grow(LeaseTable& table, std::uint32_t leases) {
    std::vector<std::uint32_t> order(leases);
    for (std::uint32_t i = 0; i < leases; ++i) order[i] = i;
    std::ranges::shuffle(order, std::mt19937{1});
    LongestPauses pauses{leases};
    for (std::uint32_t i = 0; i < leases; ++i) pauses.add(0);  // touch the memory before it counts
    pauses = LongestPauses{leases};
    const auto resident_before = resident_bytes();
    for (const auto client : order) {
        const auto lease = lease_of_client(client);
        const auto begin = cpu_time();
        table.put(lease, lease.expire);
        pauses.add(cpu_time() - begin);
    }
    // The recorded times take four octets each that are not the table's.
    const auto grown = resident_bytes() - resident_before - leases * sizeof(float);
    print("resident bytes per lease, all indexes", static_cast<double>(grown) / leases, "B");
    print("the same as the table counts itself", static_cast<double>(table.stats().bytes) / leases, "B");
    pauses.print_all();
}

void measure_queries(LeaseTable& table, std::uint32_t leases) {
    std::mt19937 random{2};
    const auto any = [&] { return static_cast<std::uint32_t>(random()) % leases; };
    measure("find by address, hit", operations,
            [&](auto) { return table.find(address_of_unit(any())) ? 1u : 0u; });
    measure("find by address, miss", operations,
            [&](auto) { return table.find(address_of_unit(leases + any())) ? 1u : 0u; });
    measure("by client-id, hit", operations,
            [&](auto) { return table.by_client_id(view(client_id_of(any()))).size(); });
    measure("by client-id, miss", operations,
            [&](auto) { return table.by_client_id(view(client_id_of(leases + any()))).size(); });
    measure("by hardware address, hit", operations,
            [&](auto) { return table.by_hwaddr(view(hwaddr_of(any()))).size(); });
    measure("by hardware address, miss", operations,
            [&](auto) { return table.by_hwaddr(view(hwaddr_of(leases + any()))).size(); });
    measure("renewal (put, later end)", operations, [&](auto) {
        auto lease = lease_of_client(any());
        lease.cltt += std::chrono::seconds{40'000};
        lease.expire = lease.hold_until = lease.cltt + std::chrono::seconds{lease.valid_lifetime};
        table.put(lease, lease.expire);
        return 1u;
    });
    measure("page of 1000 (the whole page)", 200, [&](auto) {
        std::size_t seen = 0;
        table.page(address_of_unit(any()), 1000, [&](const Lease&) { return ++seen > 0; });
        return seen;
    });
}

void measure_sweep(LeaseTable& table) {
    const auto due_at = [](const Lease& lease) { return lease.expire; };
    std::size_t looked = 0, calls = 0, due = 0;
    double longest = 0;
    const auto begin = cpu_time();
    for (auto now = start + std::chrono::hours{24}; calls < 2000; ++calls, now += std::chrono::seconds{1}) {
        const auto call = cpu_time();
        due += table
                   .sweep(now, 1000,
                          [&](const Lease& lease) {
                              ++looked;
                              return due_at(lease);
                          })
                   .size();
        longest = std::max(longest, cpu_time() - call);
    }
    print("sweep, per lease looked at",
          (cpu_time() - begin) / static_cast<double>(std::max<std::size_t>(looked, 1)), "ns");
    print("sweep of at most 1000, longest call", longest / 1000, "us");
    print("sweep, leases found due", static_cast<double>(due), "");
}

void measure_churn(LeaseTable& table, std::uint32_t leases) {
    std::mt19937 random{3};
    std::vector<std::uint32_t> gone;
    for (std::uint32_t i = 0; i < operations && i < leases / 2; ++i)
        gone.push_back(static_cast<std::uint32_t>(random()) % leases);
    measure("erase", static_cast<std::uint32_t>(gone.size()),
            [&](auto i) { return table.erase(address_of_unit(gone[i])); });
    measure("insert", static_cast<std::uint32_t>(gone.size()), [&](auto i) {
        const auto lease = lease_of_client(gone[i]);
        table.put(lease, lease.expire);
        return 1u;
    });
}

void measure_pick(double occupancy) {
    constexpr std::uint32_t units = 1u << 24;
    AddressPools pools{{{address_of_unit(0), address_of_unit(units - 1)}}};
    std::mt19937 random{4};
    std::vector<std::uint32_t> order(units);
    for (std::uint32_t i = 0; i < units; ++i) order[i] = i;
    std::ranges::shuffle(order, random);
    const auto taken = static_cast<std::uint32_t>(occupancy * units);
    for (std::uint32_t i = 0; i < taken; ++i) pools.set(address_of_unit(order[i]), Availability::taken);
    const auto steady = [&](AllocatorKind kind) {
        return [&pools, &order, &random, taken, kind](std::uint32_t i) {
            const auto pick = pools.pick(0, kind, static_cast<std::uint64_t>(random()) << 32 | random());
            if (!pick.unit) return false;
            pools.set(*pick.unit, Availability::taken);
            pools.advance(*pick.unit);
            auto& given_back = order[i % taken];
            pools.set(address_of_unit(given_back), Availability::free);
            given_back = to_ipv4(*pick.unit).value - 0x0a000000;
            return true;
        };
    };
    std::printf("/8 pool, %g %% taken: pick, take, give back\n", occupancy * 100);
    measure("    iterative", operations, steady(AllocatorKind::iterative));
    measure("    random", operations, steady(AllocatorKind::random));
    measure("    random, pick alone", operations, [&](auto) {
        return pools.pick(0, AllocatorKind::random, static_cast<std::uint64_t>(random()) << 32 | random())
                       .unit
                   ? 1u
                   : 0u;
    });
    print("    memory of the pool", static_cast<double>(pools.bytes()) / (1 << 20), "MB");
}

int run(std::uint32_t leases) {
    std::printf("%u IPv4 leases\n", leases);
    {
        LeaseTable table{Family::v4};
        grow(table, leases);
        measure_queries(table, leases);
        measure_churn(table, leases);
        measure_sweep(table);
    }
    for (const double occupancy : {0.5, 0.99, 0.9999, 1.0}) measure_pick(occupancy);
    return EXIT_SUCCESS;
}

}  // namespace
}  // namespace leasehold

int main(int argc, char** argv) {
    const auto asked = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : leasehold::leases_default;
    return leasehold::run(static_cast<std::uint32_t>(std::clamp<unsigned long>(asked, 1000, 1ul << 24)));
}
