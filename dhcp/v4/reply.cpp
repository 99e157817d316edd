// The fixed part, destination and server-made options of each kind of reply (RFC 2131 4.1, table 3).
#include "dhcp/v4/reply.hpp"

#include <algorithm>
#include <array>

#include "dhcp/v4/flex_options.hpp"
#include "dhcp/lifetimes.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v4/reply_options.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::v4 {

namespace {

constexpr std::uint16_t server_port = 67;
constexpr std::size_t ip_udp_headers = 28, ipv4_datagram_min = 576, ethernet_datagram_max = 1500;
constexpr std::size_t type_option_size = 3, end_size = 1, essential_size = 64;

/// What every reply takes from its request.
ReplyHeader header_of(const MessageView& message) {
    ReplyHeader header;
    header.htype = message.htype();
    header.hops = message.hops();
    header.xid = message.xid();
    header.flags = message.flags();
    header.giaddr = message.giaddr();
    const auto chaddr = message.chaddr();
    header.hlen = static_cast<std::uint8_t>(chaddr.size());
    std::ranges::copy(chaddr, header.chaddr.begin());
    return header;
}

void set_boot_fields(ReplyHeader& header, const ReplyScopes& scopes) {
    const auto choice = boot_fields(scopes);
    header.siaddr = choice.next_server;
    header.sname = choice.server_hostname;
    header.file = choice.boot_file_name;
}

/// What goes back to the relay; a stored one was not in the packet, and its relay waits for none.
OptionBytes relay_information_of(const Request& request) {
    if (request.relay_information_is_stashed) return std::nullopt;
    return request.message->option(option::relay_agent_information);
}

/// RFC 8357: a relay that sends from another port than 67 says so, and is answered there.
Destination to_relay(const Request& request) {
    const bool own_port = request.message->relay_suboption(rai::relay_port).has_value();
    const auto port = own_port ? request.arrival.source_port : server_port;
    return {Route::relay, to_ipv6(request.message->giaddr()), port, {}};
}

Destination to_address(Ipv4 address) {
    return {Route::address, to_ipv6(address), 68, {}};
}

Destination to_everybody() {
    return {Route::broadcast, to_ipv6(Ipv4{0xffffffff}), 68, {}};
}

/// RFC 2131 4.1, for OFFER and ACK.
Destination lease_destination(const Request& request, Ipv4 yiaddr) {
    const auto& message = *request.message;
    if (!message.giaddr().is_zero()) return to_relay(request);
    if (!message.ciaddr().is_zero()) return to_address(message.ciaddr());
    const bool wants_broadcast = (message.flags() & broadcast_flag) != 0;
    if (wants_broadcast || !request.arrival.can_unicast_to_link || request.hwaddr.empty())
        return to_everybody();
    return {Route::link_unicast, to_ipv6(yiaddr), 68, request.hwaddr};
}

/// RFC 2131 4.1: a NAK is broadcast, since the address that it refuses may be somebody else's. Only a client
/// that renews from behind a router, where no broadcast of ours arrives, gets it at its address.
Destination nak_destination(const Request& request) {
    const auto& message = *request.message;
    if (!message.giaddr().is_zero()) return to_relay(request);
    const bool remote =
        request.kind == RequestKind::renewing &&
        (request.subnet == nullptr || !contains(request.subnet->network, request.arrival.interface_address));
    return remote ? to_address(message.ciaddr()) : to_everybody();
}

void echo_client_id(ReplyOptions& options, const Request& request, const ServerConfig& config) {
    if (config.echo_client_id && !request.sent_client_id.empty()) {
        options.add(option::client_identifier, view(request.sent_client_id));
    }
}

void echo_subnet_selection(ReplyOptions& options, const MessageView& message) {
    if (const auto link = message.option(option::subnet_selection))
        options.add(option::subnet_selection, *link);
}

void add_times(ReplyOptions& options, const SubnetConfig& subnet, std::uint32_t lifetime) {
    options.add_u32(option::lease_time, lifetime);
    const auto times = renewal_times(subnet, lifetime);
    if (times.t1) options.add_u32(option::renewal_time, *times.t1);
    if (times.t2) options.add_u32(option::rebinding_time, *times.t2);
}

/// Writes the message: 53 first, the options by code, 82 as it came last (RFC 3046 2.2). Relay information
/// that would leave no room for the lease itself is not echoed.
Reply write(const Request& request, const ReplyHeader& header, MessageType type, ReplyOptions& options,
            OptionBytes relay_information, Destination destination) {
    const auto size_max = reply_size_max(*request.message);
    auto room = size_max - fixed_size - cookie_size - type_option_size - end_size;
    if (relay_information) {
        const auto size = wire_size(relay_information->size());
        if (size + essential_size > room) {
            relay_information.reset();
        } else {
            room -= size;
        }
    }
    options.fit(room);

    std::array<std::uint8_t, ethernet_datagram_max> buffer;
    const auto type_on_wire = request.bootp ? MessageType::none : type;
    MessageWriter writer{std::span{buffer}.first(size_max), header, type_on_wire};
    for (const auto& option : options.all()) writer.add(option.code, option.payload);
    if (relay_information) writer.add(option::relay_agent_information, *relay_information);
    const auto size = writer.finish();
    return {static_cast<std::uint8_t>(type),
            {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size)},
            std::move(destination),
            to_ipv6(request.local_address)};
}

}  // namespace

std::size_t reply_size_max(const MessageView& message) {
    std::size_t datagram = ethernet_datagram_max;
    const auto size = message.option(option::max_message_size);
    if (size && size->size() == 2) {
        datagram = std::clamp<std::size_t>(static_cast<std::size_t>((*size)[0] << 8 | (*size)[1]),
                                           ipv4_datagram_min, ethernet_datagram_max);
    }
    return datagram - ip_udp_headers;
}

Reply lease_reply(const Request& request, const ReplyScopes& scopes, const ClientName& name, MessageType type,
                  const Grant& grant) {
    const auto& message = *request.message;
    const auto& config = *scopes.config;
    const auto& subnet = *scopes.subnet;
    auto header = header_of(message);
    header.yiaddr = grant.address;
    if (type == MessageType::ack) header.ciaddr = message.ciaddr();
    set_boot_fields(header, scopes);

    ReplyOptions options{message};
    // RFC 1534 2: a BOOTP client gets vendor extensions, and none of the options that are DHCP's own.
    if (!request.bootp) {
        options.add_u32(option::server_identifier, request.server_address.value);
        if (!grant.address.is_zero())
            add_times(options, subnet, grant.lifetime);  // RFC 8925: else there is no lease
        echo_client_id(options, request, config);
        if (request.kind == RequestKind::discover && type == MessageType::ack)
            options.add(option::rapid_commit, {});  // RFC 4039 4
    }
    echo_subnet_selection(options, message);
    // The client hears the name that it has here, asked for or not.
    FqdnPayload fqdn;
    if (name.from_fqdn) {
        fqdn = fqdn_payload(name);
        options.add(option::fqdn, {fqdn.data(), fqdn.size()});
    } else if (!name.text.empty()) {
        options.add(option::host_name, as_octets(name.text));
    }
    options.request(option::subnet_mask);
    options.add_configured(message, scopes);
    if (!options.has(option::subnet_mask)) options.add_u32(option::subnet_mask, to_ipv4_network(subnet.network).mask());

    apply_flex_options(request, scopes, options);
    return write(request, header, type, options, relay_information_of(request),
                 lease_destination(request, grant.address));
}

Reply inform_reply(const Request& request, const ReplyScopes& scopes) {
    const auto& message = *request.message;
    const auto& config = *scopes.config;
    const auto& subnet = *scopes.subnet;
    auto header = header_of(message);
    header.ciaddr = message.ciaddr();
    set_boot_fields(header, scopes);

    ReplyOptions options{message};
    options.add_u32(option::server_identifier, request.server_address.value);
    echo_client_id(options, request, config);
    echo_subnet_selection(options, message);
    options.add_configured(message, scopes);
    const bool wants_mask = options.is_requested(option::subnet_mask) || !options.sent_parameter_list();
    if (wants_mask && !options.has(option::subnet_mask)) {
        options.add_u32(option::subnet_mask, to_ipv4_network(subnet.network).mask());
    }

    apply_flex_options(request, scopes, options);

    // RFC 2131 4.3.5: to the client itself; then nothing of the relay's belongs into the reply.
    const bool via_relay = message.ciaddr().is_zero() && !message.giaddr().is_zero();
    if (via_relay) {
        header.flags |= broadcast_flag;
        return write(request, header, MessageType::ack, options, relay_information_of(request),
                     to_relay(request));
    }
    header.hops = 0;
    header.giaddr = {};
    const auto client = message.ciaddr().is_zero() ? request.arrival.source : message.ciaddr();
    return write(request, header, MessageType::ack, options, std::nullopt, to_address(client));
}

Reply nak_reply(const Request& request, const ServerConfig& config) {
    const auto& message = *request.message;
    auto header = header_of(message);
    // The client has no address any more that a relay could reach it at (RFC 2131 4.3.2).
    if (!message.giaddr().is_zero()) header.flags |= broadcast_flag;

    ReplyOptions options{message};
    options.add_u32(option::server_identifier, request.server_address.value);
    echo_client_id(options, request, config);
    return write(request, header, MessageType::nak, options, relay_information_of(request),
                 nak_destination(request));
}

}  // namespace leasehold::v4
