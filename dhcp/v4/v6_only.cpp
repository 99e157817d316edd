// The answer that keeps a client from IPv4. Not here: option 108 in the replies of those who get an address
// all the same (reply_options treats it as any other).
#include "dhcp/v4/v6_only.hpp"

#include <algorithm>

#include "dhcp/subnet.hpp"
#include "dhcp/v4/grant.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v4/reply.hpp"

namespace leasehold::v4 {

namespace {

bool asks_for_v6_only(const MessageView& message) {
    const auto list = message.option(option::parameter_request_list);
    return list && std::ranges::find(*list, option::v6_only_preferred) != list->end();
}

bool has_v6_only(const OptionSet& options, const ClassSet& classes) {
    return std::ranges::any_of(options, [&](const OptionValue& value) {
        return value.code == option::v6_only_preferred && !value.vendor && !value.never_send &&
               admits(value.only_for, classes);
    });
}

/// Kea looks at subnets and networks alone; an operator who says it of a class, a host or everybody means it
/// too.
bool has_v6_only_elsewhere(const Context& context) {
    const auto& config = context.config;
    if (context.request.host != nullptr && has_v6_only(context.request.host->options, context.classes))
        return true;
    const auto says_so = [&](const ClientClassConfig* of) {
        return has_v6_only(of->options, context.classes);
    };
    return std::ranges::any_of(config.defined(context.classes), says_so) ||
           has_v6_only(config.options, context.classes);
}

}  // namespace

std::optional<Decision> decide_v6_only(Context& context, MessageType type) {
    const auto& request = context.request;
    if (request.bootp || !asks_for_v6_only(*request.message)) return std::nullopt;
    const SubnetConfig* found = nullptr;
    any_subnet_on_link(context.config, *request.subnet, context.classes, [&](const SubnetConfig& subnet) {
        const bool has =
            has_v6_only(subnet.options, context.classes) ||
            (subnet.shared_network &&
             has_v6_only(context.config.shared_networks[*subnet.shared_network].options, context.classes));
        if (has) found = &subnet;
        return has;
    });
    if (found == nullptr && has_v6_only_elsewhere(context)) found = request.subnet;
    if (found == nullptr) return std::nullopt;
    settle(context, *found, nullptr, Ipv4{});
    Done done;
    done.reply =
        lease_reply(request, scopes_of(context), context.name, type, {Ipv4{}, lifetime_for(context, true)});
    return done;
}

}  // namespace leasehold::v4
