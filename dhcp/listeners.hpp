// The sockets of the configured interfaces, of one family. Follows the machine: an interface that appears, comes up or gets
// its address is listened to without a restart, one that is gone is let go; a socket that cannot be opened
// is tried again. Loop thread only. Not here: what a datagram means.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dhcp/interfaces.hpp"
#include "dhcp/log.hpp"
#include "dhcp/packet_outlet.hpp"
#include "dhcp/raw_socket.hpp"
#include "dhcp/server_config.hpp"
#include "dhcp/udp_socket.hpp"

namespace leasehold {

/// Where a datagram came in, and where its answer goes out.
struct ListenerView {
    const Interface& interface;
    /// v4: the configured one, or the interface's first; 0.0.0.0 (mapped): it has none yet. v6: the link-local one;
    /// on an interface without, its first; ::, it has lost them a moment ago.
    Ipv6 address;
    bool has_raw_socket;
};

class Listeners final : public PacketOutlet {
public:
    struct Events {
        /// One datagram; valid during the call.
        std::function<void(const ListenerView&, const Inbound&)> datagram;
        /// After a batch of datagrams: send what has gathered.
        std::function<void()> batch_end;
        /// After the last batch of a turn: other work goes on now. @param backlog  more is waiting
        std::function<void(bool backlog)> turn_end = {};
        /// Interfaces came, went, or changed.
        std::function<void()> interfaces = {};
    };
    Listeners(boost::asio::io_context& loop, Family family, std::uint16_t port, Events events);
    ~Listeners() override;

    /// Opens what `wanted` names and is there, closes what it does not name; unchanged sockets are kept.
    void use(const InterfacesConfig& wanted);
    void close();

    bool is_local(const Ipv6& address) const override { return monitor_.is_local(address); }
    std::optional<ListenerView> view(std::uint32_t interface_index) const;

    void send_udp(std::uint32_t interface_index, const Outbound& datagram) override;
    void send_raw(std::uint32_t interface_index, const Outbound& datagram) override;
    void flush() override;

    struct Problem {
        std::string interface;
        std::string reason;
    };
    std::vector<std::string> listening() const;  // "eth0 (raw and udp)"
    std::vector<Problem> problems() const;
    SocketLoad load() const;
    /// nullptr: there is none now.
    const Interface* interface(std::string_view name) const { return monitor_.find(name); }
    const std::map<std::uint32_t, Interface>& interfaces() const { return monitor_.interfaces(); }
    void redetect();

private:
    struct Listener;
    void reconcile();
    void open(const Interface& interface, std::optional<Ipv6> address);
    /// A UDP socket and, of v4, perhaps a packet socket. @return why not; "": they are open
    std::string open_sockets(Listener& listener) const;
    void let_go(std::uint32_t interface_index, const std::string& reason);
    void wait(const std::shared_ptr<Listener>& listener);
    void receive(Listener& listener);
    void report_problem(const std::string& interface, const std::string& reason);
    void report_waiting(std::map<std::string, std::string> waiting);
    struct Wanted {
        std::map<std::uint32_t, std::optional<Ipv6>> open;  // with the address that a socket is bound to
        std::map<std::string, std::string> waiting;         // by interface name: what is missing
    };
    Wanted wanted_now() const;
    void log(MessageId v4, std::initializer_list<LogField> fields) const;

    boost::asio::io_context& loop_;
    Family family_;
    std::uint16_t port_;
    Events events_;
    InterfacesConfig wanted_;
    bool active_ = false;
    bool said_none_open_ = false;
    std::map<std::uint32_t, std::shared_ptr<Listener>> listeners_;
    std::map<std::string, std::string> problems_;  // by interface name; tried again from time to time
    std::map<std::string, std::string> waiting_;   // by interface name; the monitor tells when that is over
    std::uint64_t dropped_before_ = 0;  // by sockets that are closed
    boost::asio::steady_timer retry_;
    InterfaceMonitor monitor_;
};

}  // namespace leasehold
