// What tests of packets' journeys are made of: a small network, clients' messages, and sockets that are a
// list.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "dhcp/change_taker.hpp"
#include "dhcp/interfaces.hpp"
#include "dhcp/packet_outlet.hpp"
#include "dhcp/server_config.hpp"
#include "dhcp/v4/message.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::v4 {

inline constexpr Ipv4 server{0x0a000001}, first{0x0a00000a}, last{0x0a00000c};

struct Sent {
    MessageType type;
    Ipv4 yiaddr;
    std::uint32_t xid;
    bool operator==(const Sent&) const = default;
};
inline std::ostream& operator<<(std::ostream& out, const Sent& sent) {
    return out << to_string(sent.type) << ' ' << to_string(sent.yiaddr) << " xid " << sent.xid;
}

class RecordingOutlet final : public PacketOutlet {
public:
    void send_udp(std::uint32_t, const Outbound& datagram) override { record(datagram.bytes); }
    void send_raw(std::uint32_t, const Outbound& datagram) override { record(datagram.bytes); }
    void flush() override {}
    bool is_local(const Ipv6& address) const override { return address == to_ipv6(server); }

    std::vector<Sent> sent;
    std::function<void(const Sent&)> on_sent;

private:
    void record(OctetView bytes) {
        constexpr std::size_t message_type_at = 242;  // option 53 comes first
        sent.push_back({static_cast<MessageType>(bytes[message_type_at]),
                        Ipv4{read_u32(bytes.data() + 16)}, read_u32(bytes.data() + 4)});
        if (on_sent) on_sent(sent.back());
    }
};

inline Interface lan() {
    Interface made;
    made.index = 3;
    made.name = "lan";
    return made;
}

/// A store that takes everything, and has it stored when the test says so.
struct InstantTaker final : ChangeTaker {
    std::vector<Submission> taken;
    bool submit(Submission&& submission) override {
        taken.push_back(std::move(submission));
        return true;
    }
    bool find(std::vector<Prefix>, FindDone) override { return false; }
    const std::string& where() const override { return name; }
    /// What was taken is stored: for Journey::on_completion.
    std::vector<Completion> complete() {
        std::vector<Completion> completions;
        for (auto& submission : std::exchange(taken, {})) {
            Completion completion{submission.id, SubmissionOutcome::answered, {}, std::move(submission.changes)};
            completions.push_back(std::move(completion));
        }
        return completions;
    }
    std::string name = "nowhere";
};

/// From a client without an address to all.
inline Inbound broadcast(std::span<const std::uint8_t> bytes, std::chrono::nanoseconds waited = {}) {
    return {bytes, to_ipv6(Ipv4{}), to_ipv6(Ipv4{0xffffffff}), 68, waited};
}

/// A broadcast DISCOVER or REQUEST of client number `client`.
inline std::vector<std::uint8_t> query(MessageType type, std::uint8_t client, std::uint32_t xid,
                                       std::optional<Ipv4> requested = {}) {
    std::vector<std::uint8_t> bytes(fixed_size, 0);
    bytes[0] = 1;
    bytes[1] = 1;
    bytes[2] = 6;
    write_u32(&bytes[4], xid);
    bytes[28] = 2;
    bytes[33] = client;
    bytes.insert(bytes.end(),
                 {0x63, 0x82, 0x53, 0x63, option::message_type, 1, static_cast<std::uint8_t>(type)});
    const auto add_address = [&](std::uint8_t code, Ipv4 address) {
        bytes.insert(bytes.end(), {code, 4, 0, 0, 0, 0});
        write_u32(&bytes[bytes.size() - 4], address.value);
    };
    if (requested) add_address(option::requested_address, *requested);
    if (type == MessageType::request) add_address(option::server_identifier, server);
    bytes.push_back(option::end);
    return bytes;
}

/// Subnet 1, 10.0.0.0/24, with a pool from `first` to `end`; every renewal is written.
inline std::shared_ptr<ServerConfig> small_network(Ipv4 end = last) {
    auto made = std::make_shared<ServerConfig>();
    SubnetConfig subnet;
    subnet.id = 1;
    subnet.network = to_prefix(Ipv4Network{Ipv4{0x0a000000}, 24});
    subnet.cache_threshold = 0;
    subnet.pools.emplace_back().range = {to_prefix(first), to_prefix(end)};
    made->subnets.push_back(subnet);
    leasehold::finish(*made);
    return made;
}

}  // namespace leasehold::v4
