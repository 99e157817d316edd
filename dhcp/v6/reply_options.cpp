// Selecting options by request and scope. What each option means is of no matter here.
#include "dhcp/v6/reply_options.hpp"

#include <algorithm>

#include "dhcp/v6/option_table.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::v6 {

namespace {

bool is_listed(std::span<const std::uint16_t> codes, std::uint16_t code) {
    return std::ranges::find(codes, code) != codes.end();
}

template <class Codes>
std::span<const std::uint16_t> as_span(const Codes& codes) {
    return {codes.data(), codes.size()};
}

bool is_by_enterprise(std::uint16_t code) {
    return code == option::vendor_class || code == option::vendor_opts;
}

std::uint32_t enterprise_number(std::span<const std::uint8_t> payload) {
    return Reader{payload}.u32();
}

/// What a client says of vendors (options 16 and 17). Only DOCSIS has a list of requested sub-options that we
/// know; who sends none gets all that is configured, since it cannot ask.
struct VendorRequests {
    boost::container::small_vector<std::uint32_t, 4> named;
    boost::container::small_vector<std::uint16_t, 16> docsis;
    bool has_docsis_list = false;

    explicit VendorRequests(const MessageView& message) {
        for (const auto code : {option::vendor_class, option::vendor_opts})
            for (const auto& vendor : message.options(code)) note(code, vendor.payload);
    }
    bool wants(const OptionValue& value) const {
        return *value.vendor != cablelabs::enterprise || !has_docsis_list || is_listed(as_span(docsis), value.code);
    }
    void name(std::uint32_t enterprise) {
        if (std::ranges::find(named, enterprise) == named.end()) named.push_back(enterprise);
    }

private:
    void note(std::uint16_t code, std::span<const std::uint8_t> payload) {
        if (payload.size() < enterprise_size) return;
        const auto enterprise = enterprise_number(payload);
        name(enterprise);
        if (code != option::vendor_opts || enterprise != cablelabs::enterprise) return;
        if (const auto list = find_option(payload.subspan(enterprise_size), cablelabs::oro)) {
            has_docsis_list = true;
            for (const auto wish : Codes{*list}) docsis.push_back(wish);
        }
    }
};

}  // namespace

void ReplyOptions::add(std::uint16_t code, std::span<const std::uint8_t> payload) {
    options_.insert(std::ranges::upper_bound(options_, code, {}, &ReplyOption::code), {code, payload});
}

bool ReplyOptions::is_protected(std::uint16_t code) const {
    return is_server_owned(code);
}

std::optional<std::span<const std::uint8_t>> ReplyOptions::find(std::uint16_t code) const {
    const auto found = std::ranges::find(options_, code, &ReplyOption::code);
    return found == options_.end() ? std::nullopt : std::optional{found->payload};
}

void ReplyOptions::remove(std::uint16_t code) {
    const auto is_it = [code](const ReplyOption& there) { return there.code == code; };
    options_.erase(std::remove_if(options_.begin(), options_.end(), is_it), options_.end());
}

void ReplyOptions::replace(std::uint16_t code, std::vector<std::uint8_t> payload) {
    remove(code);
    add(code, composed_.emplace_front(std::move(payload)));
}

std::optional<std::vector<std::uint8_t>> ReplyOptions::vendor_data(std::uint32_t enterprise) const {
    std::optional<std::vector<std::uint8_t>> found;
    for (const auto& there : options_) {
        if (there.code != option::vendor_opts || enterprise_number(there.payload) != enterprise) continue;
        const auto behind = there.payload.subspan(std::min(enterprise_size, there.payload.size()));
        if (!found) found.emplace();
        found->insert(found->end(), behind.begin(), behind.end());
    }
    return found;
}

void ReplyOptions::remove_vendor(std::uint32_t enterprise) {
    const auto is_it = [enterprise](const ReplyOption& there) {
        return there.code == option::vendor_opts && enterprise_number(there.payload) == enterprise;
    };
    options_.erase(std::remove_if(options_.begin(), options_.end(), is_it), options_.end());
}

void ReplyOptions::replace_vendor(std::uint32_t enterprise, std::span<const std::uint8_t> sub_options) {
    remove_vendor(enterprise);
    auto& bytes = composed_.emplace_front(enterprise_size);
    write_u32(bytes.data(), enterprise);
    bytes.insert(bytes.end(), sub_options.begin(), sub_options.end());
    add(option::vendor_opts, bytes);
}

bool ReplyOptions::has_vendor(std::uint16_t code, std::uint32_t enterprise) const {
    return std::ranges::any_of(options_, [&](const ReplyOption& there) {
        return there.code == code && enterprise_number(there.payload) == enterprise;
    });
}

void ReplyOptions::add_configured(const MessageView& message, const ReplyScopes& scopes, MessageType answer) {
    const auto sets = sets_of(scopes);
    const auto& classes = classes_of(scopes);
    for (const auto code : message.requested()) requested_.push_back(code);
    if (answer == MessageType::advertise) requested_.push_back(option::preference);
    bool has_vendors = false;
    for (const auto* set : sets) {
        for (const auto& value : *set) {
            has_vendors = has_vendors || value.vendor.has_value();
            if (value.vendor || !admits(value.only_for, classes)) continue;
            if (value.always_send) requested_.push_back(value.code);
            if (value.never_send) never_.push_back(value.code);
        }
    }
    for (const auto* set : sets) add_scope(*set, classes);
    if (has_vendors && !is_listed(as_span(never_), option::vendor_opts))
        add_vendor_options(message, {sets.data(), sets.size()}, classes);
    // An enterprise number with nothing behind it only asks for sub-options.
    const auto only_a_number = [](const ReplyOption& chosen) {
        return chosen.code == option::vendor_opts && chosen.payload.size() <= enterprise_size;
    };
    options_.erase(std::remove_if(options_.begin(), options_.end(), only_a_number), options_.end());
}

void ReplyOptions::add_scope(const OptionSet& scope, const ClassSet& classes) {
    for (const auto& value : scope) {
        if (value.vendor) break;  // sorted: only sub-options follow
        if (is_server_owned(value.code) || !is_listed(as_span(requested_), value.code)) continue;
        if (is_listed(as_span(never_), value.code) || !admits(value.only_for, classes)) continue;
        const bool there = is_by_enterprise(value.code)
                               ? has_vendor(value.code, enterprise_number(value.bytes))
                               : find(value.code).has_value();
        if (!there) add(value.code, value.bytes);
    }
}

void ReplyOptions::add_vendor_options(const MessageView& message, std::span<const OptionSet* const> sets,
                                      const ClassSet& classes) {
    VendorRequests requests{message};
    for (const auto& chosen : options_)
        if (chosen.code == option::vendor_opts) requests.name(enterprise_number(chosen.payload));
    for (const auto enterprise : requests.named) {
        const auto found = sub_options_of(enterprise, sets, classes,
                                          [&](const OptionValue& value) { return requests.wants(value); });
        if (!found.empty()) add_vendor_data(enterprise, {found.data(), found.size()});
    }
}

/// In the place of a configured instance of this vendor that is only a number; beside one that says something.
void ReplyOptions::add_vendor_data(std::uint32_t enterprise, std::span<const OptionValue* const> sub_options) {
    auto& bytes = composed_.emplace_front(enterprise_size);
    write_u32(bytes.data(), enterprise);
    for (const auto* value : sub_options) {
        const auto at = bytes.size();
        bytes.resize(at + option_header_size);
        write_u16(&bytes[at], value->code);
        write_u16(&bytes[at + 2], static_cast<std::uint16_t>(value->bytes.size()));
        bytes.insert(bytes.end(), value->bytes.begin(), value->bytes.end());
    }
    const auto only_a_number = std::ranges::find_if(options_, [&](const ReplyOption& there) {
        return there.code == option::vendor_opts && there.payload.size() <= enterprise_size &&
               enterprise_number(there.payload) == enterprise;
    });
    if (only_a_number != options_.end()) {
        only_a_number->payload = bytes;
    } else {
        add(option::vendor_opts, bytes);
    }
}

void ReplyOptions::add_relay_supplied(const MessageView& message, std::span<const std::uint16_t> allowed) {
    if (!message.is_relayed()) return;
    const auto payload = message.relays().back().option(option::rsoo);
    if (!payload) return;
    for (const auto& supplied : Options{*payload}) {
        if (!is_listed(allowed, supplied.code) || find(supplied.code)) continue;
        add(supplied.code, supplied.payload);
    }
}

}  // namespace leasehold::v6
