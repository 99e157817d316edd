// Checks option-def and answers look-ups in own and standard definitions; values are option_text's part.
#include "config/definitions.hpp"

#include <algorithm>
#include <charconv>

#include "config/schema.hpp"

namespace leasehold::config {
namespace {

bool is_name(std::string_view name) {
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return !name.empty() && letter(name.front()) && letter(name.back()) &&
           std::ranges::all_of(name, [&](char c) { return letter(c) || c == '-' || c == '_'; });
}

constexpr std::string_view name_form =
    "letters, digits, \"-\" and \"_\", the first and last a letter or digit";

std::string trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return std::string{text.substr(first, text.find_last_not_of(" \t") - first + 1)};
}

}  // namespace

bool parse_vendor_space(std::string_view space, std::uint32_t& enterprise) {
    constexpr std::string_view prefix = "vendor-";
    if (!space.starts_with(prefix) || space.size() == prefix.size()) return false;
    const char* const end = space.data() + space.size();
    const auto [stop, bad] = std::from_chars(space.data() + prefix.size(), end, enterprise);
    return bad == std::errc{} && stop == end;
}

Definitions::Definitions(const FamilyFacts& family) : family_{family} {
    for (const std::string_view space : family.spaces) {
        ByName& names = standard_by_space_[std::string{space}];
        for (const OptionDef& def : family.options_of_space(space)) {
            names.names.emplace(def.name, &def);
            names.codes.emplace(def.code, &def);
        }
    }
}

void Definitions::load(const Node& global) {
    for (const Node& node : global.maps("option-def")) load_one(node);
}

void Definitions::load_class(const Node& client_class) {
    for (const Node& node : client_class.maps("option-def")) {
        const auto code = node.integer("code").value_or(0);
        if (node.text_or("space", family_.space) != family_.space || (code != 43 && (code < 224 || code > 254)))
            node.error("code", "a class cannot define this option",
                       "43, and 224 to 254, of the space \"dhcp4\"", "define others globally");
        else
            load_one(node);
    }
}

std::vector<OwnedOptionDef> Definitions::owned() const {
    std::vector<OwnedOptionDef> definitions;
    for (const Own& own : own_) definitions.emplace_back(own.def);
    return definitions;
}

void Definitions::load_one(const Node& node) {
    Own own;
    own.name = node.text_or("name", "");
    own.space = node.text_or("space", family_.space);
    own.encapsulates = node.text_or("encapsulate", "");
    own.def.code = static_cast<std::uint16_t>(node.integer("code").value_or(0));
    own.def.array = node.boolean("array").value_or(false);
    own.def.tuple_length_size = family_.tuple_length_size;

    if (!node.has("name")) return node.error("", "the key \"name\" is missing", "a string");
    if (!is_name(own.name))
        return node.error("name", "\"" + own.name + "\" is no option name", std::string{name_form});
    if (!is_name(own.space))
        return node.error("space", "\"" + own.space + "\" is no space name", std::string{name_form});
    if (own.space == family_.other_space)
        return node.error("space", "the space \"" + own.space + "\" is none of " + std::string{family_.protocol},
                          "\"" + std::string{family_.space} + "\" or a space of its own");
    if (!own.encapsulates.empty()) {
        if (own.def.array) return node.error("encapsulate", "an array cannot have sub-options");
        if (own.encapsulates == own.space)
            return node.error("encapsulate",
                              "an option cannot hold the space \"" + own.space + "\" that it is in");
    }
    if (!load_fields(node, own) || !place_is_free(node, own)) return;

    Own& kept = own_.emplace_back(std::move(own));
    kept.def.name = kept.name;
    kept.def.encapsulates = kept.encapsulates;
    kept.def.fields = kept.fields;
    ByName& names = own_by_space_[kept.space];
    names.names.emplace(kept.name, &kept.def);
    names.codes.emplace(kept.def.code, &kept.def);
}

bool Definitions::load_fields(const Node& node, Own& own) const {
    const std::string type = node.text_or("type", "");
    const std::string records = node.text_or("record-types", "");
    if (type != "record") {
        if (!records.empty())
            node.error("record-types", "record-types stands beside the type \"" + type + "\"",
                       "only with the type \"record\"");
        const auto shape = parse_shape(type);  // the schema told of an unknown one
        if (shape) own.fields.push_back(*shape);
        if (shape == Shape::empty && own.def.array)
            return node.error("array", "an empty option cannot repeat"), false;
        return shape && records.empty();
    }
    for (std::size_t at = 0; at <= records.size();) {
        const std::size_t end = std::min(records.find(',', at), records.size());
        const std::string name = trimmed(std::string_view{records}.substr(at, end - at));
        const auto shape = parse_shape(name);
        if (!shape || shape == Shape::empty)
            return node.error("record-types", "\"" + name + "\" is not a type of a record's field",
                              allowed_values(find_key(any_family, Scope::option_def, "type")->rule)),
                   false;
        own.fields.push_back(*shape);
        at = end + 1;
    }
    if (own.fields.size() < 2)
        return node.error("record-types", "a record has at least two fields",
                          "types with commas between them"),
               false;
    return true;
}

bool Definitions::place_is_free(const Node& node, const Own& own) {
    const auto refuse = [&](std::string_view key, const std::string& what) {
        node.error(key, what + " in the space \"" + own.space + "\"");
        return false;
    };
    const auto standard = standard_by_space_.find(own.space);
    if (standard != standard_by_space_.end()) {
        const auto code = standard->second.codes.find(own.def.code);
        const bool replaceable = own.space == family_.space && family_.is_last_resort(own.def.code);
        if (code != standard->second.codes.end() && !replaceable)
            return refuse("code", "the code " + std::to_string(own.def.code) + " is the standard option \"" +
                                      std::string{code->second->name} + "\"");
        const auto name = standard->second.names.find(own.name);
        if (name != standard->second.names.end() && name->second->code != own.def.code)
            return refuse("name", "the name \"" + own.name + "\" is the standard option " +
                                      std::to_string(name->second->code));
    }
    const auto known = own_by_space_.find(own.space);
    if (known == own_by_space_.end()) return true;
    if (known->second.codes.contains(own.def.code))
        return refuse("code", "the code " + std::to_string(own.def.code) + " is defined twice");
    if (known->second.names.contains(own.name))
        return refuse("name", "the name \"" + own.name + "\" is defined twice");
    return true;
}

const OptionDef* Definitions::find(std::string_view space, std::uint16_t code) const {
    for (const auto* table : {&own_by_space_, &standard_by_space_}) {
        const auto names = table->find(space);
        if (names == table->end()) continue;
        const auto found = names->second.codes.find(code);
        if (found != names->second.codes.end()) return found->second;
    }
    return outer_ != nullptr ? outer_->find(space, code) : nullptr;
}

const OptionDef* Definitions::find(std::string_view space, std::string_view name) const {
    for (const auto* table : {&own_by_space_, &standard_by_space_}) {
        const auto names = table->find(space);
        if (names == table->end()) continue;
        const auto found = names->second.names.find(name);
        if (found != names->second.names.end()) return found->second;
    }
    return outer_ != nullptr ? outer_->find(space, name) : nullptr;
}

bool Definitions::knows_space(std::string_view space) const {
    std::uint32_t enterprise = 0;
    return own_by_space_.contains(space) || standard_by_space_.contains(space) ||
           container_of(space) != nullptr || parse_vendor_space(space, enterprise) ||
           (outer_ != nullptr && outer_->knows_space(space));
}

const OptionDef* Definitions::container_of(std::string_view space) const {
    for (const Own& own : own_)
        if (own.encapsulates == space) return &own.def;
    if (outer_ != nullptr) return outer_->container_of(space);
    for (const std::string_view standard : family_.spaces)
        for (const OptionDef& def : family_.options_of_space(standard))
            if (!def.encapsulates.empty() && def.encapsulates == space) return &def;
    return nullptr;
}

std::string_view Definitions::nearest(std::string_view space, std::string_view name) const {
    std::vector<std::string_view> names;
    for (const auto* table : {&own_by_space_, &standard_by_space_})
        if (const auto known = table->find(space); known != table->end())
            for (const auto& [known_name, def] : known->second.names) names.push_back(known_name);
    const std::string_view near = nearest_name(names, name);
    return near.empty() && outer_ != nullptr ? outer_->nearest(space, name) : near;
}

}  // namespace leasehold::config
