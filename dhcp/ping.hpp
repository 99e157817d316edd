// ICMP echo requests to addresses that are about to be offered. Loop thread only; never blocks.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "dhcp/address_probe.hpp"

namespace leasehold {

struct PingStatus {
    std::uint64_t looked = 0, answered = 0;  // addresses
    std::uint64_t skipped = 0;               // not looked for: too many at a time, or no socket
    std::string error;  // why there is no socket; empty: there is one, or it was not needed yet
};

class Ping final : public AddressProbe {
public:
    static constexpr std::size_t probes_max = 1024;  // under way

    explicit Ping(boost::asio::io_context& loop);
    ~Ping() override;

    /// The socket is opened at the first call; that it cannot be is logged once.
    bool look(std::uint32_t interface_index, Ipv4 address, const PingConfig& how,
              std::function<void(bool answered)> done) override;
    const PingStatus& status() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace leasehold
