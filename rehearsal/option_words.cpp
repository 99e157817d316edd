// See the header. An option-def of the configuration was checked when that was loaded.
#include "rehearsal/option_words.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/family.hpp"
#include "dhcp/option_text.hpp"
#include "dhcp/v4/message.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v6/message.hpp"
#include "dhcp/v6/option_table.hpp"
#include "rehearsal/observation.hpp"

namespace leasehold::rehearsal {
namespace {

/// "uint16, string" and "record", or one type.
std::vector<Shape> fields_of(const nlohmann::json& def) {
    std::vector<Shape> fields;
    const auto add = [&](std::string_view word) {
        word.remove_prefix(std::min(word.find_first_not_of(' '), word.size()));
        word = word.substr(0, word.find_last_not_of(' ') + 1);
        if (const auto shape = parse_shape(word)) fields.push_back(*shape);
    };
    const auto type = def.value("type", std::string{});
    if (type != "record") {
        add(type);
        return fields;
    }
    const auto list = def.value("record-types", std::string{});
    for (std::size_t begin = 0; begin <= list.size();) {
        const auto end = std::min(list.find(',', begin), list.size());
        add(std::string_view{list}.substr(begin, end - begin));
        begin = end + 1;
    }
    return fields;
}

std::vector<MessageOption> options_of_v4(std::span<const std::uint8_t> message) {
    std::vector<MessageOption> found;
    const auto view = v4::MessageView::parse_reply(message);
    if (!view) return found;
    for (std::uint16_t code = 1; code < v4::option::end; ++code)
        if (const auto payload = view->option(static_cast<std::uint8_t>(code)))
            found.push_back({code, {payload->begin(), payload->end()}});
    return found;
}

std::vector<MessageOption> options_of_v6(std::span<const std::uint8_t> message) {
    std::vector<MessageOption> found;
    const auto view = v6::MessageView::parse_reply(message);
    if (!view) return found;
    for (const auto& option : view->options())
        found.push_back({option.code, {option.payload.begin(), option.payload.end()}});
    std::ranges::stable_sort(found, {}, &MessageOption::code);
    return found;
}

}  // namespace

std::vector<MessageOption> options_of_reply(Family family, std::span<const std::uint8_t> message) {
    return family == Family::v4 ? options_of_v4(message) : options_of_v6(message);
}

OptionWords::OptionWords(Family family, const nlohmann::json& full) : family_{family} {
    const auto& facts = config::facts_of(family);
    const auto root = full.find(std::string{facts.root});
    if (root == full.end() || !root->contains("option-def")) return;
    for (const auto& def : root->at("option-def")) {
        if (def.value("space", std::string{facts.space}) != facts.space) continue;
        OwnedOptionDef own;
        own.code = def.value("code", std::uint16_t{0});
        own.name = def.value("name", std::string{});
        own.array = def.value("array", false);
        own.fields = fields_of(def);
        own.tuple_length_size = facts.tuple_length_size;
        own_.emplace(own.code, std::move(own));
    }
}

const OptionDef* OptionWords::standard(std::uint16_t code) const {
    if (family_ == Family::v6) return v6::find_option(code);
    return code > 255 ? nullptr : v4::find_option(static_cast<std::uint8_t>(code));
}

std::string OptionWords::name(std::uint16_t code) const {
    if (const auto own = own_.find(code); own != own_.end()) return own->second.name;
    const auto* const def = standard(code);
    return def == nullptr ? std::string{} : std::string{def->name};
}

std::string OptionWords::title(std::uint16_t code) const {
    const auto known = name(code);
    return std::to_string(code) + (known.empty() ? "" : " (" + known + ")");
}

std::string OptionWords::value(std::uint16_t code, std::span<const std::uint8_t> payload) const {
    if (const auto own = own_.find(code); own != own_.end() && !own->second.fields.empty())
        return option_to_text(own->second.view(), payload);
    const auto* const def = standard(code);
    return def == nullptr ? octets_text(payload) : option_to_text(*def, payload);
}

}  // namespace leasehold::rehearsal
