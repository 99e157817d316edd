// Names from the wire are bytes of strangers: what is not allowed is replaced or dropped.
#include "dhcp/client_name.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "dhcp/wire.hpp"

namespace leasehold {

namespace {

constexpr std::size_t label_size_max = 63, name_size_max = 253;

/// Takes a name octet by octet; empty labels vanish.
class NameBuilder {
public:
    explicit NameBuilder(const DdnsConfig& ddns) : ddns_{ddns} {}

    void add(std::uint8_t octet) {
        const bool printable = octet > ' ' && octet < 0x7f;
        if (octet == 0) return;  // options 12 often end with NUL octets (RFC 2132 2)
        if (octet == '.' || ddns_.invalid_characters[octet]) {
            for (const char c : ddns_.character_replacement) put(c);
        } else if (printable) {
            put(static_cast<char>(octet));
        }
    }
    void end_label() { label_size_ = 0; }
    /// Empty: nothing usable was left.
    std::string take() {
        return too_long_ || text_.size() > name_size_max ? std::string{} : std::move(text_);
    }

private:
    void put(char c) {
        // Nothing is kept of what is too long already: an option 12 may have thousands of octets.
        if (too_long_ || c == '.') return;
        if (label_size_ == 0 && !text_.empty()) text_ += '.';
        text_ += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        too_long_ = ++label_size_ > label_size_max || text_.size() > name_size_max;
    }

    const DdnsConfig& ddns_;
    std::string text_;
    std::size_t label_size_ = 0;
    bool too_long_ = false;
};

}  // namespace

std::uint8_t answered_fqdn_flags(std::uint8_t sent, bool updates, const DdnsConfig& ddns) {
    const bool client_s = (sent & fqdn_flag::s) != 0, client_n = (sent & fqdn_flag::n) != 0;
    bool s = false, n = !updates;
    if (client_n) {
        s = updates && ddns.override_no_update;
        n = !s;
    } else {
        s = updates && (client_s || ddns.override_client_update);
    }
    const int flags = (s ? fqdn_flag::s : 0) | (n ? fqdn_flag::n : 0) | (s != client_s ? fqdn_flag::o : 0) |
                      (sent & fqdn_flag::e);
    return static_cast<std::uint8_t>(flags);
}

bool is_usable_name(std::string_view name) {
    if (name.empty() || name.size() > name_size_max) return false;
    while (true) {
        const auto size = std::min(name.find('.'), name.size());
        if (size == 0 || size > label_size_max) return false;
        if (size == name.size()) return true;
        name.remove_prefix(size + 1);
    }
}

std::string clean_name(std::span<const std::uint8_t> text, const DdnsConfig& ddns) {
    NameBuilder name{ddns};
    for (const auto octet : text) {
        if (octet == '.') {
            name.end_label();
        } else {
            name.add(octet);
        }
    }
    return name.take();
}

std::string clean_labels(std::span<const std::uint8_t> bytes, const DdnsConfig& ddns, bool& has_root) {
    NameBuilder name{ddns};
    Reader in{bytes};
    while (in.left() > 0) {
        const auto size = in.u8();
        if (size == 0) {
            has_root = true;
            break;
        }
        if (size > label_size_max) return {};
        for (const auto octet : in.take(size)) name.add(octet);
        if (!in.ok()) return {};
        name.end_label();
    }
    return name.take();
}

std::optional<ClientName> fqdn_of(std::string text, std::uint8_t flags, bool has_root, const DdnsConfig& ddns) {
    if ((flags & fqdn_flag::n) != 0 && (flags & fqdn_flag::s) != 0) return std::nullopt;
    if (text.empty()) return std::nullopt;
    return ClientName{std::move(text) + '.', true, flags, answered_fqdn_flags(flags, false, ddns), !has_root};
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

}  // namespace leasehold
