// Any octets as a DHCPv6 datagram: reading never leaves them, what was read has a text, and the reply that
// goes back through the same relays reads the same.
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "dhcp/option_text.hpp"
#include "dhcp/v6/duid.hpp"
#include "dhcp/v6/message.hpp"
#include "dhcp/v6/option_table.hpp"
#include "tests/fuzz/fuzz_check.hpp"

namespace leasehold::v6 {
namespace {

using fuzz::require;

/// Reads every octet that a span claims to have, so that the address sanitizer sees each.
unsigned touch(std::span<const std::uint8_t> bytes) {
    unsigned sum = 0;
    for (const std::uint8_t byte : bytes) sum += byte;
    return sum;
}

/// Options, and what may be options within them, down to a depth.
void read_options(const Options& options, int depth_max) {
    volatile unsigned sum = 0;
    for (const Option option : options) {
        sum = sum + touch(option.payload);
        if (const OptionDef* const def = find_option(option.code)) {
            const auto text = option_to_text(*def, option.payload);
            require(std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }),
                    "text is printable");
            sum = sum + (check_option(*def, option.payload) ? 1u : 0u);
        }
        if (depth_max > 0) read_options(Options{option.payload}, depth_max - 1);
        if (depth_max > 0 && option.payload.size() >= 4)
            read_options(Options{option.payload.subspan(4)}, depth_max - 1);
    }
}

void read_look_ups(const MessageView& view) {
    volatile unsigned sum = view.xid() + touch(view.message());
    std::size_t count = 0;
    for (const Option option : view.options()) {
        ++count;
        if (count > 100) break;  // each look-up of a high code is a walk
        require(view.has(option.code) && view.count(option.code) > 0, "what is there is found");
        const auto first = *view.option(option.code);
        require(first.data() <= option.payload.data(), "it is the first that is found");
        require(first.data() == (*view.options(option.code).begin()).payload.data(), "both ways");
    }
    require(view.duid().empty() || duid_type(view.duid()), "a client identifier is a DUID");
    require(view.server_id().empty() || duid_type(view.server_id()), "so is a server identifier");
    if (const auto hardware = hardware_address_of(view.duid()))
        require(!hardware->octets.empty() && hardware->octets.size() <= hwaddr_size_max,
                "its size is bounded");
    for (const std::uint16_t code : view.requested()) require(view.requests(code), "it is requested");
    if (const auto status = view.status()) sum = sum + static_cast<unsigned>(status->text.size());
}

void read_ias(const MessageView& view) {
    volatile unsigned sum = 0;
    require(view.ias().count() <= ia_count_max, "IAs are bounded");
    for (const IaView ia : view.ias()) {
        require(ia.leases().count() <= ia_lease_count_max, "leases are bounded");
        sum = sum + ia.iaid + ia.t1 + ia.t2 + (ia.status() ? 1u : 0u);
        for (const IaLease lease : ia.leases()) {
            require(lease.unit.length <= 128, "a prefix has a length");
            require(masked(lease.unit.address, lease.unit.length) == lease.unit.address,
                    "and no bits behind it");
            sum = sum + lease.preferred + lease.valid + touch(lease.octets) + (lease.status() ? 1u : 0u);
        }
    }
}

void read_relays(const MessageView& view) {
    volatile unsigned sum = 0;
    require(view.relays().size() <= relay_count_max, "relays are bounded");
    for (const RelayView& relay : view.relays()) {
        sum = sum + relay.hop_count() + relay.link_address().bytes[0] + relay.peer_address().bytes[15];
        sum = sum + (hardware_address_of(relay.peer_address()) ? 1u : 0u);
        require(relay.options(option::relay_msg).count() == 1, "one message in each relay");
        if (view.relays().size() < 4) read_options(relay.options(), 1);
    }
}

void write_and_read_again(const MessageView& view) {
    static std::array<std::uint8_t, 2 * udp_payload_max> buffer;
    MessageWriter writer{buffer, view.type(), view};
    for (const Option option : view.options()) {
        if (!is_ia(option.code)) {
            writer.add(option.code, option.payload);
            continue;
        }
        const IaView ia = read_ia(option);
        writer.begin_ia(ia.kind, ia.iaid, ia.t1, ia.t2);
        for (const IaLease lease : ia.leases()) {
            writer.begin_ia_lease(ia.kind, lease.unit, lease.preferred, lease.valid);
            for (const Option inner : lease.options()) writer.add(inner.code, inner.payload);
            writer.end_option();
        }
        writer.end_option();
    }
    const auto datagram = writer.finish();
    if (writer.left_out() > 0) return;  // only a datagram of nearly 64 KiB
    const auto again = MessageView::parse_reply(datagram);
    require(again.has_value(), "what was written can be read");
    require(again->type() == view.type() && again->xid() == view.xid(), "same header");
    require(again->relays().size() == view.relays().size(), "same relays");
    for (std::size_t i = 0; i < view.relays().size(); ++i) {
        const auto &back = again->relays()[i], &there = view.relays()[i];
        require(back.hop_count() == there.hop_count() && back.link_address() == there.link_address() &&
                    back.peer_address() == there.peer_address(),
                "same relay");
        require(back.has(option::interface_id) == there.has(option::interface_id), "same interface");
    }
    auto other = again->options().begin();
    for (const Option option : view.options()) {
        require(other != std::default_sentinel && (*other).code == option.code,
                "same options in their order");
        if (!is_ia(option.code))
            require(std::ranges::equal((*other).payload, option.payload), "same payload");
        else
            require(read_ia(*other).leases().count() == read_ia(option).leases().count(), "same leases");
        ++other;
    }
    require(other == std::default_sentinel, "no other options");
}

/// One relay more changes nothing but the number of relays.
void read_through_a_relay(std::span<const std::uint8_t> datagram,
                          const Result<MessageView, ParseError>& plain) {
    constexpr std::size_t around_size = relay_header_size + option_header_size;
    std::vector<std::uint8_t> relayed(around_size);
    relayed[0] = static_cast<std::uint8_t>(MessageType::relay_forward);
    write_u16(&relayed[relay_header_size], option::relay_msg);
    write_u16(&relayed[relay_header_size + 2], static_cast<std::uint16_t>(datagram.size()));
    relayed.insert(relayed.end(), datagram.begin(), datagram.end());
    const auto view = MessageView::parse(relayed);
    if (!view && view.error().code == ParseErrc::too_many_relays) return;
    require(view.has_value() == plain.has_value(), "as good or bad as without the relay");
    if (!view)
        return require(view.error() == ParseError{plain.error().code, plain.error().offset + around_size},
                       "the same damage at the same place");
    require(std::ranges::equal(view->message(), plain->message()), "the same message");
    require(view->relays().size() == plain->relays().size() + 1, "one relay more");
}

}  // namespace
}  // namespace leasehold::v6

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace leasehold::v6;
    const std::span datagram{data, size};
    const auto reply = MessageView::parse_reply(datagram);
    const auto view = MessageView::parse(datagram);
    for (const auto* const parsed : {&reply, &view})
        if (!*parsed) leasehold::fuzz::require(parsed->error().offset <= size, "an error is in the datagram");
    if (size <= udp_payload_max / 2) read_through_a_relay(datagram, view);
    if (!view) return 0;
    read_look_ups(*view);
    read_options(view->options(), 2);
    read_ias(*view);
    read_relays(*view);
    write_and_read_again(*view);
    return 0;
}
