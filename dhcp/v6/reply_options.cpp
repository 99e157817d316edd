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

bool ReplyOptions::has(std::uint16_t code) const {
    return std::ranges::find(options_, code, &ReplyOption::code) != options_.end();
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
                               : has(value.code);
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
        if (!is_listed(allowed, supplied.code) || has(supplied.code)) continue;
        add(supplied.code, supplied.payload);
    }
}

}  // namespace leasehold::v6
