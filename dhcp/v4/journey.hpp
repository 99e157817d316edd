// How DHCPv4 packets are read and their replies addressed. All else of their journey is dhcp/journey's.
#pragma once

#include "dhcp/journey.hpp"
#include "dhcp/v4/request.hpp"

namespace leasehold::v4 {

class Journey final : public leasehold::Journey, public LocalAddresses {
public:
    explicit Journey(JourneyContext context);

    bool is_local(Ipv4 address) const override { return outlet().is_local(to_ipv6(address)); }

private:
    static Arrival arrival_of(const Packet& packet);
    void handle(std::unique_ptr<Packet> packet) override;
    void send_reply(const Packet& packet, const Reply& reply, std::uint16_t port) override;
};

}  // namespace leasehold::v4
