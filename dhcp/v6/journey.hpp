// How DHCPv6 packets are read and their replies addressed. All else of their journey is dhcp/journey's.
#pragma once

#include "dhcp/journey.hpp"

namespace leasehold::v6 {

class Journey final : public leasehold::Journey {
public:
    explicit Journey(JourneyContext context);

private:
    void handle(std::unique_ptr<Packet> packet) override;
    void send_reply(const Packet& packet, Reply& reply, std::uint16_t port) override;
};

}  // namespace leasehold::v6
