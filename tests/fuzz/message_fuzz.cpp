// Any octets as a DHCPv4 datagram: reading never leaves them, what was read has a text, and written again it
// reads the same.
#include <algorithm>
#include <array>
#include <cstdint>

#include "dhcp/option_text.hpp"
#include "dhcp/v4/message.hpp"
#include "dhcp/v4/option_table.hpp"
#include "tests/fuzz/fuzz_check.hpp"

namespace leasehold::v4 {
namespace {

using fuzz::require;

/// Reads every octet that a span claims to have, so that the address sanitizer sees each.
unsigned touch(std::span<const std::uint8_t> bytes) {
    unsigned sum = 0;
    for (const std::uint8_t byte : bytes) sum += byte;
    return sum;
}

template <class Use>
void for_each_option(const MessageView& view, Use use) {
    for (int code = 1; code < option::end; ++code)
        if (const auto payload = view.option(static_cast<std::uint8_t>(code)))
            use(static_cast<std::uint8_t>(code), *payload);
}

void read_header(const MessageView& view) {
    volatile unsigned sum = touch(view.chaddr()) + view.xid() + view.secs() + view.flags() + view.htype();
    sum = sum + view.ciaddr().value + view.yiaddr().value + view.siaddr().value + view.giaddr().value;
    sum = sum + static_cast<unsigned>(view.sname().size() + view.file().size());
    require(view.chaddr().size() <= 16, "at most 16 octets of hardware address");
    require(view.sname().size() <= 64 && view.file().size() <= 128, "names stay in their fields");
}

void read_options(const MessageView& view) {
    volatile unsigned sum = 0;
    for_each_option(view, [&](std::uint8_t code, std::span<const std::uint8_t> payload) {
        sum = sum + touch(payload) + view.option_u32(code).value_or(0);
        if (const auto suboption = view.relay_suboption(code)) sum = sum + touch(*suboption);
        const OptionDef* const def = find_option(code);
        if (def == nullptr) return;
        const auto text = option_to_text(*def, payload);
        require(std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }), "text is printable");
        sum = sum + (check_option(*def, payload) ? 1u : 0u);
    });
    const auto link = view.relay_suboption(rai::link_selection);
    require(!link || link->size() == 4, "link selection is an address");
    require(!view.has(option::server_identifier) || view.option_ipv4(option::server_identifier).has_value(),
            "the server identifier is an address");
    require(view.has(option::message_type) == (view.type() != MessageType::none), "option 53 is the type");
}

void write_and_read_again(const MessageView& view) {
    static std::array<std::uint8_t, 150'000> buffer;  // many tiny options grow by their headers
    ReplyHeader header;
    header.xid = view.xid();
    header.hlen = view.hlen();
    std::ranges::copy(view.chaddr(), header.chaddr.begin());
    header.sname = view.sname();
    header.file = view.file();
    MessageWriter writer{buffer, header, view.type()};
    const auto is_written = [](std::uint8_t code) {
        return code != option::message_type && code != option::overload;  // by the constructor; not at all
    };
    for_each_option(view, [&](std::uint8_t code, std::span<const std::uint8_t> payload) {
        if (is_written(code)) require(writer.add(code, payload), "there is room");
    });
    const auto again = MessageView::parse_reply(std::span{buffer}.first(writer.finish()));
    require(again.has_value(), "what was written can be read");
    require(again->xid() == view.xid() && again->type() == view.type(), "same header");
    require(std::ranges::equal(again->chaddr(), view.chaddr()), "same hardware address");
    std::size_t written = 0;
    for_each_option(view, [&](std::uint8_t code, std::span<const std::uint8_t> payload) {
        if (code == option::overload) return;
        ++written;
        const auto same = again->option(code);
        require(same && std::ranges::equal(*same, payload), "same option");
    });
    for_each_option(*again, [&](std::uint8_t, std::span<const std::uint8_t>) { --written; });
    require(written == 0, "no other options");
}

}  // namespace
}  // namespace leasehold::v4

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace leasehold::v4;
    const std::span datagram{data, size};
    const auto strict = MessageView::parse(datagram);
    const auto lenient = MessageView::parse(datagram, Leniency::lenient);
    leasehold::fuzz::require(!strict || lenient, "lenient accepts what strict accepts");
    if (!strict) leasehold::fuzz::require(strict.error().offset <= size, "an error is in the datagram");
    if (!lenient) return 0;
    read_header(*lenient);
    read_options(*lenient);
    write_and_read_again(*lenient);
    return 0;
}
