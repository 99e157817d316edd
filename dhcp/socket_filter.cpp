// The filter programs, and a small assembler that lets them read as a list of conditions.
#include "dhcp/socket_filter.hpp"

#include <linux/if_packet.h>

#include <utility>

namespace leasehold {
namespace {

// Offsets within the message of RFC 2131 2 and within the headers before it.
constexpr std::uint32_t message_op = 0, message_giaddr = 24;
constexpr std::uint32_t udp_destination_port = 2, udp_payload = 8;
constexpr std::uint32_t ip_version = 0, ip_fragment = 6, ip_protocol = 9;

constexpr std::uint32_t bootrequest = 1, bootreply = 2;
constexpr std::uint32_t protocol_udp = 17;
constexpr std::uint32_t more_fragments_or_offset = 0x3fff;
constexpr std::uint32_t packet_type = static_cast<std::uint32_t>(SKF_AD_OFF) + SKF_AD_PKTTYPE;

sock_filter statement(std::uint32_t code, std::uint32_t value) {
    return {.code = static_cast<std::uint16_t>(code), .jt = 0, .jf = 0, .k = value};
}

/// A list of conditions that must all hold. Loads beyond the end of a packet refuse it (that is how BPF
/// works), so no length needs a check of its own.
class Conditions {
public:
    Conditions& load(std::uint32_t size_and_mode, std::uint32_t offset) {
        program_.push_back(statement(BPF_LD | size_and_mode, offset));
        return *this;
    }
    Conditions& mask(std::uint32_t bits) {
        program_.push_back(statement(BPF_ALU | BPF_AND | BPF_K, bits));
        return *this;
    }
    /// X = length of the IP header at offset 0; indirect loads are relative to it.
    Conditions& index_by_ip_header() {
        program_.push_back(statement(BPF_LDX | BPF_B | BPF_MSH, 0));
        return *this;
    }
    Conditions& equals(std::uint32_t value) { return jump(BPF_JEQ, value, true); }
    Conditions& differs(std::uint32_t value) { return jump(BPF_JEQ, value, false); }
    Conditions& at_most(std::uint32_t value) { return jump(BPF_JGT, value, false); }
    Conditions& none_set(std::uint32_t bits) { return jump(BPF_JSET, bits, false); }

    SocketFilter build() {
        program_.push_back(statement(BPF_RET | BPF_K, 0xffffffff));  // accept all of it
        program_.push_back(statement(BPF_RET | BPF_K, 0));
        const auto refuse = program_.size() - 1;
        for (std::size_t i = 0; i < program_.size(); ++i) {
            if (BPF_CLASS(program_[i].code) != BPF_JMP) continue;
            const auto distance = static_cast<std::uint8_t>(refuse - i - 1);
            (program_[i].jt != 0 ? program_[i].jt : program_[i].jf) = distance;
        }
        return std::move(program_);
    }

private:
    /// Goes on when the test has the outcome `wanted`; the other way is marked here and aimed by build().
    Conditions& jump(std::uint32_t test, std::uint32_t value, bool wanted) {
        auto instruction = statement(BPF_JMP | test | BPF_K, value);
        (wanted ? instruction.jf : instruction.jt) = 1;
        program_.push_back(instruction);
        return *this;
    }

    SocketFilter program_;
};

/// Whole UDP datagrams to `port` with a message of this op, on a packet socket.
Conditions messages_to(std::uint16_t port, std::uint32_t op) {
    Conditions all;
    // Not what others send each other while somebody has the interface in promiscuous mode
    // (PACKET_OTHERHOST), nor tagged frames that nobody wants, nor what we send ourselves: those are above
    // PACKET_MULTICAST.
    all.load(BPF_W | BPF_ABS, packet_type).at_most(PACKET_MULTICAST);
    all.load(BPF_B | BPF_ABS, ip_version).mask(0xf0).equals(0x40);
    all.load(BPF_B | BPF_ABS, ip_protocol).equals(protocol_udp);
    all.load(BPF_H | BPF_ABS, ip_fragment).none_set(more_fragments_or_offset);
    all.index_by_ip_header();
    all.load(BPF_H | BPF_IND, udp_destination_port).equals(port);
    all.load(BPF_B | BPF_IND, udp_payload + message_op).equals(op);
    return all;
}

}  // namespace

SocketFilter relayed_only_filter() {
    // A filter on a UDP socket sees the datagram from the UDP header on.
    return Conditions{}.load(BPF_W | BPF_ABS, udp_payload + message_giaddr).differs(0).build();
}

SocketFilter direct_client_filter(std::uint16_t port) {
    return messages_to(port, bootrequest).load(BPF_W | BPF_IND, udp_payload + message_giaddr).equals(0).build();
}

SocketFilter reply_filter(std::uint16_t port) {
    return messages_to(port, bootreply).build();
}

}  // namespace leasehold
