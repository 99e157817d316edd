// What the load generator knows of each of its clients: one cache line, in one array.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dhcp/address.hpp"
#include "tests/bench/load/histogram.hpp"

namespace leasehold::bench {

/// A client's place in the array; its hardware address is the base address and this.
using ClientNumber = std::uint32_t;
/// As many as transaction ids of DHCPv6 can tell apart, and as one base address has room for.
inline constexpr std::size_t client_count_max = 1u << 24;

/// What a client is offered or holds. In DHCPv4 an address alone, mapped.
struct Units {
    Ipv6 address;
    Ipv6 prefix;
    bool has_address = false;
    std::uint8_t prefix_length = 0;  // 0: no prefix
    bool operator==(const Units&) const = default;
    bool empty() const { return !has_address && prefix_length == 0; }
};

enum class Stage : std::uint8_t {
    idle,
    discovering,  // DISCOVER or SOLICIT is out
    requesting,
    renewing,
    releasing,  // DHCPv6 alone answers it
    pausing,    // was refused, and begins again later
};

struct alignas(64) Client {
    Units units;  // held, or in the stage requesting offered
    Stage stage = Stage::idle;
    bool bound = false;
    std::uint8_t resent = 0;       // how often, in this stage
    std::uint16_t generation = 0;  // of its timer: what an older one says is past
    Instant begun;                 // when its exchange was due
    Instant asked;                 // when its present stage was
    std::uint32_t xid = 0;
    std::uint16_t server = 0;  // place among the servers' identifiers
};
static_assert(sizeof(Client) <= 64);

/// Clients in the order they came; room for all is taken once.
class ClientQueue {
public:
    explicit ClientQueue(std::size_t client_count) : slots_(client_count + 1) {}
    bool empty() const { return head_ == tail_; }
    /// @pre each client is in it once at most
    void push(ClientNumber client) {
        slots_[tail_] = client;
        tail_ = after(tail_);
    }
    /// @pre !empty()
    ClientNumber pop() {
        const auto client = slots_[head_];
        head_ = after(head_);
        return client;
    }

private:
    std::size_t after(std::size_t place) const { return place + 1 == slots_.size() ? 0 : place + 1; }
    std::vector<ClientNumber> slots_;
    std::size_t head_ = 0, tail_ = 0;
};

}  // namespace leasehold::bench
