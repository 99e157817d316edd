// The order of scopes is Kea's.
#include "dhcp/reply_scopes.hpp"

#include <algorithm>

namespace leasehold {

const ClassSet& classes_of(const ReplyScopes& scopes) {
    static const ClassSet none;
    return scopes.classes == nullptr ? none : *scopes.classes;
}

OptionSets sets_of(const ReplyScopes& scopes) {
    OptionSets sets;
    const auto add = [&](const OptionSet& set) {
        if (!set.empty()) sets.push_back(&set);
    };
    if (scopes.host != nullptr) add(scopes.host->options);
    for (const auto* pool : scopes.pools) add(pool->options);
    if (scopes.subnet != nullptr) {
        add(scopes.subnet->options);
        if (const auto network = scopes.subnet->shared_network)
            add(scopes.config->shared_networks[*network].options);
    }
    for (const auto* of : scopes.config->defined(classes_of(scopes))) add(of->options);
    add(scopes.config->options);
    return sets;
}

SubOptions sub_options_of(std::uint32_t enterprise, std::span<const OptionSet* const> sets,
                          const ClassSet& classes, const std::function<bool(const OptionValue&)>& wants) {
    SubOptions found;
    boost::container::small_vector<std::uint16_t, 8> wanted, never;
    const auto has = [](const auto& codes, std::uint16_t code) {
        return std::ranges::find(codes, code) != codes.end();
    };
    for (const auto* set : sets) {
        for (const auto& value : *set) {
            if (value.vendor != enterprise || !admits(value.only_for, classes)) continue;
            if (value.never_send) never.push_back(value.code);
            if (value.always_send || wants(value)) wanted.push_back(value.code);
            const bool seen = std::ranges::any_of(
                found, [&](const OptionValue* nearer) { return nearer->code == value.code; });
            if (!seen) found.push_back(&value);
        }
    }
    const auto unwanted = [&](const OptionValue* value) {
        return has(never, value->code) || !has(wanted, value->code);
    };
    found.erase(std::remove_if(found.begin(), found.end(), unwanted), found.end());
    std::ranges::sort(found, {}, &OptionValue::code);
    return found;
}

}  // namespace leasehold
