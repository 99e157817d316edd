// Names from the wire are bytes of strangers: only letters, digits, '-' and '.' survive, in lower case.
#include "dhcp/v4/client_name.hpp"

#include <optional>
#include <string_view>

#include "dhcp/v4/option_table.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::v4 {

namespace {

// RFC 4702 2.1
constexpr std::uint8_t flag_s = 1, flag_o = 2, flag_e = 4, flag_n = 8;
constexpr std::uint8_t rcode_unused = 255;
constexpr std::size_t label_size_max = 63, name_size_max = 253;

constexpr char lower_or_nul(std::uint8_t c) {
    if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    return kept ? static_cast<char>(c) : '\0';
}

/// Takes a name octet by octet; empty labels vanish.
class NameBuilder {
public:
    void add(std::uint8_t octet) {
        if (const char c = lower_or_nul(octet)) {
            if (label_size_ == 0 && !text_.empty()) text_ += '.';
            text_ += c;
            too_long_ = too_long_ || ++label_size_ > label_size_max;
        }
    }
    void end_label() { label_size_ = 0; }
    /// Empty: nothing usable was left.
    std::string take() {
        return too_long_ || text_.size() > name_size_max ? std::string{} : std::move(text_);
    }

private:
    std::string text_;
    std::size_t label_size_ = 0;
    bool too_long_ = false;
};

std::string name_from_text(std::span<const std::uint8_t> text) {
    NameBuilder name;
    for (const auto octet : text) {
        if (octet == '.') {
            name.end_label();
        } else {
            name.add(octet);
        }
    }
    return name.take();
}

/// RFC 1035 3.1 labels, no compression; a missing root label is a partial name, which is allowed.
std::string name_from_labels(std::span<const std::uint8_t> bytes) {
    NameBuilder name;
    Reader in{bytes};
    while (in.left() > 0) {
        const auto size = in.u8();
        if (size == 0) break;
        if (size > label_size_max) return {};
        for (const auto octet : in.take(size)) name.add(octet);
        if (!in.ok()) return {};
        name.end_label();
    }
    return name.take();
}

std::optional<ClientName> read_fqdn(std::span<const std::uint8_t> payload) {
    if (payload.size() < 3) return std::nullopt;
    const auto flags = payload[0];
    if ((flags & flag_n) != 0 && (flags & flag_s) != 0) return std::nullopt;  // RFC 4702 2.1: must be ignored
    const auto bytes = payload.subspan(3);
    auto text = (flags & flag_e) != 0 ? name_from_labels(bytes) : name_from_text(bytes);
    if (text.empty()) return std::nullopt;
    text += '.';
    // No updates are made: N is set, S is not, and O says so to a client that asked for S.
    const auto answer = flag_n | (flags & flag_e) | ((flags & flag_s) != 0 ? flag_o : 0);
    return ClientName{std::move(text), true, static_cast<std::uint8_t>(answer)};
}

void append_labels(FqdnPayload& out, std::string_view name) {
    while (!name.empty()) {
        const auto dot = name.find('.');
        const auto label = name.substr(0, dot);
        out.push_back(static_cast<std::uint8_t>(label.size()));
        out.insert(out.end(), label.begin(), label.end());
        name.remove_prefix(dot == std::string_view::npos ? name.size() : dot + 1);
    }
    out.push_back(0);
}

}  // namespace

ClientName read_client_name(const MessageView& message) {
    if (const auto payload = message.option(option::fqdn)) {
        if (auto name = read_fqdn(*payload)) return std::move(*name);
    }
    if (const auto payload = message.option(option::host_name)) return {name_from_text(*payload), false, 0};
    return {};
}

FqdnPayload fqdn_payload(const ClientName& name) {
    FqdnPayload out{name.fqdn_flags, rcode_unused, rcode_unused};
    if ((name.fqdn_flags & flag_e) != 0) {
        append_labels(out, name.text);
    } else {
        out.insert(out.end(), name.text.begin(), name.text.end());
    }
    return out;
}

}  // namespace leasehold::v4
