// Selecting options by request and scope, and keeping a reply within its size. What each option means is of
// no matter here, but for the few that RFCs make depend on each other.
#include "dhcp/v4/reply_options.hpp"

#include <algorithm>
#include <cassert>

#include "dhcp/v4/option_table.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::v4 {

namespace {

constexpr std::uint8_t static_routes = 33, classless_static_routes = 121, vendor_class_by_enterprise = 124,
                       vendor_options_by_enterprise = 125;

/// Made by the server or by the writer; a configured value of these is not sent.
constexpr std::array made_here{option::pad,
                               option::requested_address,
                               option::lease_time,
                               option::overload,
                               option::message_type,
                               option::server_identifier,
                               option::parameter_request_list,
                               option::max_message_size,
                               option::renewal_time,
                               option::rebinding_time,
                               option::client_identifier,
                               option::fqdn,
                               option::relay_agent_information,
                               option::subnet_selection,
                               option::end};

/// Sent although a client did not ask: what it cannot work without.
constexpr std::array basic{option::routers, option::domain_name_servers, option::domain_name};

/// What is kept first when a reply gets too long; then come the client's wishes in its order, then the rest.
constexpr std::array essential{
    option::server_identifier,   option::lease_time,        option::subnet_mask, option::renewal_time,
    option::rebinding_time,      option::client_identifier, option::routers,     classless_static_routes,
    option::domain_name_servers, option::domain_name};

bool is_per_vendor(std::uint16_t code) {
    return code == vendor_class_by_enterprise || code == vendor_options_by_enterprise;
}

std::uint32_t enterprise_of(std::span<const std::uint8_t> payload) {
    return Reader{payload}.u32();
}

}  // namespace

ReplyOptions::ReplyOptions(const MessageView& message) {
    if (const auto list = message.option(option::parameter_request_list)) parameter_list_ = *list;
    for (const auto code : parameter_list_) requested_.set(code);
    for (const auto code : basic) requested_.set(code);
    for (const auto code : made_here) given_.set(code);
}

void ReplyOptions::add(std::uint8_t code, std::span<const std::uint8_t> payload) {
    given_.set(code);
    options_.insert(std::ranges::upper_bound(options_, code, {}, &ReplyOption::code), {code, payload});
}

void ReplyOptions::add_u32(std::uint8_t code, std::uint32_t value) {
    assert(numbers_.size() < numbers_.capacity());
    auto& bytes = numbers_.emplace_back();
    write_u32(bytes.data(), value);
    add(code, bytes);
}

bool ReplyOptions::has(std::uint8_t code) const {
    return std::ranges::find(options_, code, &ReplyOption::code) != options_.end();
}

void ReplyOptions::add_configured(std::initializer_list<const OptionSet*> scopes) {
    for (const auto* scope : scopes) {
        for (const auto& option : *scope) {
            if (option.code > 255) continue;
            if (option.always_send) requested_.set(option.code);
            if (option.never_send) never_.set(option.code);
        }
    }
    requested_ &= ~never_;
    for (const auto* scope : scopes) add_scope(*scope);
    drop_overruled_routes();
}

void ReplyOptions::add_scope(const OptionSet& scope) {
    for (const auto& option : scope) {
        if (option.code > 255 || !requested_[option.code]) continue;
        if (is_per_vendor(option.code)) {
            add_vendor_instance(option);
        } else if (!given_[option.code]) {
            add(static_cast<std::uint8_t>(option.code), option.bytes);
        }
    }
}

/// RFC 3925 allows several vendors side by side; a nearer scope's instance of a vendor hides a farther one's.
void ReplyOptions::add_vendor_instance(const OptionValue& option) {
    const auto same_vendor = [&](const ReplyOption& there) {
        return there.code == option.code && enterprise_of(there.payload) == enterprise_of(option.bytes);
    };
    if (std::ranges::none_of(options_, same_vendor)) {
        add(static_cast<std::uint8_t>(option.code), option.bytes);
    }
}

/// RFC 3442: a client that asked for classless routes and gets them must not get routers or static routes.
void ReplyOptions::drop_overruled_routes() {
    const bool asked = std::ranges::find(parameter_list_, classless_static_routes) != parameter_list_.end();
    if (!asked || !given_[classless_static_routes]) return;
    const auto overruled = [](const ReplyOption& option) {
        return option.code == option::routers || option.code == static_routes;
    };
    options_.erase(std::remove_if(options_.begin(), options_.end(), overruled), options_.end());
}

void ReplyOptions::fit(std::size_t size_max) {
    const auto size_of = [](const ReplyOption& option) { return wire_size(option.payload.size()); };
    std::size_t size = 0;
    for (const auto& option : options_) size += size_of(option);
    if (size <= size_max) return;

    std::ranges::stable_sort(options_, {},
                             [&](const ReplyOption& option) { return importance(option.code); });
    // A short option may still fit where a longer, more important one did not.
    std::size_t left = size_max;
    auto kept = options_.begin();
    for (const auto& option : options_) {
        if (size_of(option) > left) continue;
        left -= size_of(option);
        *kept++ = option;
    }
    options_.erase(kept, options_.end());
    std::ranges::stable_sort(options_, {}, &ReplyOption::code);
}

std::size_t ReplyOptions::importance(std::uint8_t code) const {
    const auto place = std::ranges::find(essential, code);
    if (place != essential.end()) return static_cast<std::size_t>(place - essential.begin());
    const auto wish = std::ranges::find(parameter_list_, code);
    if (wish != parameter_list_.end()) {
        return essential.size() + static_cast<std::size_t>(wish - parameter_list_.begin());
    }
    return essential.size() + parameter_list_.size() + code;
}

}  // namespace leasehold::v4
