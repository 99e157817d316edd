// How DHCPv6 packets are read and their replies addressed. All else of their journey is dhcp/journey's.
#pragma once

#include "dhcp/journey.hpp"
#include "dhcp/v6/request.hpp"

namespace leasehold::v6 {

class Journey final : public leasehold::Journey {
public:
    explicit Journey(JourneyContext context);

private:
    static Arrival arrival_of(const Packet& packet);
    void handle(std::unique_ptr<Packet> packet) override;
    /// Of DHCPV4-QUERY: what it carries goes to who answers it.
    void carry_on(std::unique_ptr<Packet> packet, const MessageView& query, const Arrival& arrival);
    void send_reply(const Packet& packet, const Reply& reply, std::uint16_t port) override;
};

}  // namespace leasehold::v6
