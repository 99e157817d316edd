// Counters with Kea's names, scopes and sample history, of one family's server. Moving one costs one reading
// of the clock, and no allocation once its history has grown to its limit. Loop thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/clock.hpp"
#include "dhcp/stat_table.hpp"

namespace leasehold {

/// Of 128 bits: a /64 has more addresses than 64 bits count.
__extension__ using StatValue [[gnu::aligned(8)]] = __int128;

std::string to_text(StatValue value);

/// Samples that a counter remembers at most, whatever its limits say: memory stays bounded.
inline constexpr std::uint32_t sample_count_max = 1000;

struct Sample {
    StatValue value = 0;
    std::chrono::system_clock::time_point at{};
};

/// A pool as counters name it. Pools of addresses and of prefixes number theirs apart.
struct StatPool {
    std::uint32_t id = 0;
    bool of_prefixes = false;
    constexpr auto operator<=>(const StatPool&) const = default;
};

class Statistics {
public:
    /// Those of the family exist at 0 from now on; others move silently, and are seen nowhere.
    explicit Statistics(const TimeSource& source, Family family = Family::v4);
    ~Statistics();

    void add(Stat stat, StatValue delta = 1);
    /// Moves it wherever it exists of global, subnet and pool.
    void add(Stat stat, std::uint32_t subnet_id, std::optional<StatPool> pool, StatValue delta = 1);
    /// Of the pool where one is given, else of the subnet; nothing else moves.
    void set(Stat stat, std::uint32_t subnet_id, std::optional<StatPool> pool, StatValue value);
    void set(Stat stat, StatValue value);
    StatValue value(Stat stat) const;
    StatValue value(Stat stat, std::uint32_t subnet_id, std::optional<StatPool> pool = {}) const;

    /// Makes the subnets' and pools' counters exist (at 0), and drops those of subnets not named.
    struct Scope {
        std::uint32_t subnet_id = 0;
        std::vector<StatPool> pools;
    };
    void set_scopes(const std::vector<Scope>& scopes);

    // By name, for the commands. Names as in "subnet[1].pool[0].assigned-addresses".
    using Visitor = std::function<void(std::string_view name, const std::vector<Sample>& newest_first)>;
    bool visit(std::string_view name, const Visitor& visitor) const;
    void visit_all(bool global_only, const Visitor& visitor) const;
    /// At most `limit` of them in order of name, starting after `after` ("": at the first): large answers
    /// are made a page at a time.
    /// @return the last name visited; nullopt when the end was reached.
    std::optional<std::string> visit_page(std::string_view after, std::size_t limit, bool global_only,
                                          const Visitor& visitor) const;
    /// To zero, with one sample.
    bool reset(std::string_view name);
    void reset_all();
    /// It is gone until it moves again.
    bool remove(std::string_view name);
    void remove_all();
    /// Keeps the `count` newest samples (1 to sample_count_max); ends a limit by age, and the reverse.
    bool limit_count(std::string_view name, std::uint32_t count);
    bool limit_age(std::string_view name, std::chrono::seconds age);
    /// For all there are, and for those that come.
    void limit_count_all(std::uint32_t count);
    void limit_age_all(std::chrono::seconds age);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace leasehold
