// Each entry names an option, what is done with it and by which expression. Doing it is v4/flex_options'
// part.
#include "config/load_flex_options.hpp"

#include <array>

#include "config/schema.hpp"

namespace leasehold::config {
namespace {

struct ActionKey {
    std::string_view key;
    FlexAction action;
    Expression::Kind kind;
};
constexpr std::array action_keys{
    ActionKey{"add", FlexAction::add, Expression::Kind::text},
    ActionKey{"supersede", FlexAction::supersede, Expression::Kind::text},
    ActionKey{"remove", FlexAction::remove, Expression::Kind::test},
};

/// What an option and a sub-option have in common.
struct Change {
    std::uint16_t code = 0;
    const OptionDef* def = nullptr;
    std::optional<FlexAction> action;
    std::optional<Expression> expression;
    std::optional<OwnedOptionDef> text_form;
    std::optional<ClassId> only_for;
};

/// The maps of a list among parameters, which the schema has not looked at.
std::vector<Node> maps_of(const Node& node, std::string_view key) {
    const Value* const value = node.find(key);
    if (value == nullptr) return {};
    const std::vector<Node> nodes = node.maps(key);
    if (!value->is_list() || nodes.size() != std::get<Value::List>(value->data).size())
        node.error(key, "\"" + std::string{key} + "\" is a list of maps", "[ { ... } ]");
    return nodes;
}

bool identify(const Node& node, const Loading& loading, const std::string& space, Change& change) {
    const Definitions& definitions = loading.definitions;
    const std::uint16_t code_max = loading.family.code_max;
    const std::string* const name = node.text("name");
    const auto code = node.integer("code");
    if (name == nullptr && !code) {
        node.error("", "the entry does not say which option it is about", "\"name\" or \"code\"");
        return false;
    }
    if (code && (*code < 1 || *code > code_max)) {
        node.error("code", std::to_string(*code) + " is no code of an option",
                   "an integer from 1 to " + std::to_string(code_max));
        return false;
    }
    change.def = name != nullptr ? definitions.find(space, *name)
                                 : definitions.find(space, static_cast<std::uint16_t>(*code));
    if (name != nullptr && change.def == nullptr) {
        const auto near = definitions.nearest(space, *name);
        node.error("name", "the space \"" + space + "\" has no option \"" + *name + "\"", {},
                   near.empty() ? "" : "did you mean \"" + std::string{near} + "\"?");
        return false;
    }
    if (name != nullptr && code && *code != change.def->code) {
        node.error("code", "the option \"" + *name + "\" has the code " + std::to_string(change.def->code),
                   "one of the two, or both for the same option");
        return false;
    }
    change.code = change.def != nullptr ? change.def->code : static_cast<std::uint16_t>(*code);
    return true;
}

void load_action(const Node& node, Loading& loading, Change& change) {
    for (const ActionKey& candidate : action_keys) {
        if (!node.has(candidate.key)) continue;
        if (change.action) {
            node.error(candidate.key, "one entry does two things", "one of add, supersede and remove");
            continue;
        }
        change.action = candidate.action;
        change.expression = load_expression(node, candidate.key, candidate.kind, loading);
    }
    if (!flag_of(node, "csv-format", false)) return;
    if (change.def == nullptr)
        node.error("csv-format",
                   "no definition says how to read the option " + std::to_string(change.code) + " as text",
                   "csv-format false, or an option-def");
    else
        change.text_form = OwnedOptionDef{*change.def};
}

std::optional<Change> load_change(const Node& node, Loading& loading, const std::string& space) {
    Change change;
    if (!identify(node, loading, space, change)) return std::nullopt;
    load_action(node, loading, change);
    if (node.has("client-class")) change.only_for = loading.classes.id(node, "client-class");
    return change;
}

void load_sub_option(const Node& node, const std::string& container_space, Loading& loading,
                     FlexOption& option) {
    check_members(node, {"name", "code", "space", "csv-format", "add", "supersede", "remove", "client-class",
                         "container-add", "container-remove"});
    const std::string space = node.text_or("space", container_space);
    if (std::uint32_t enterprise = 0; parse_vendor_space(space, enterprise)) {
        if (option.code != loading.family.vendor_option)
            return node.error("space",
                              "a vendor's sub-options stand in option " +
                                  std::to_string(loading.family.vendor_option),
                              "another space");
        if (option.vendor && *option.vendor != enterprise)
            return node.error("space", "the sub-options of one entry are of two vendors",
                              "an entry for each vendor");
        option.vendor = enterprise;
    } else if (option.code == loading.family.vendor_option) {
        return node.error("space", "the entry does not say whose sub-options these are",
                          "\"vendor-\" and an enterprise number, such as \"vendor-4491\"");
    }
    auto change = load_change(node, loading, space);
    if (!change) return;
    if (!change->action)
        return node.error("", "the entry does not say what is done", "one of add, supersede and remove");
    if (!change->expression) return;  // told
    option.sub_options.push_back({.code = change->code,
                                  .action = *change->action,
                                  .expression = std::move(*change->expression),
                                  .text_form = std::move(change->text_form),
                                  .only_for = change->only_for,
                                  .container_add = flag_of(node, "container-add", true),
                                  .container_remove = flag_of(node, "container-remove", true)});
}

bool may_be_changed(const Node& node, const FamilyFacts& family, const FlexOption& option) {
    if (!family.is_server_owned(option.code)) return true;
    node.error("", "the option " + std::to_string(option.code) +
                       " is made by the server or belongs to clients and relays; it cannot be changed");
    return false;
}

void load_option(const Node& node, Loading& loading, ServerConfig& config) {
    check_members(node, {"name", "code", "space", "csv-format", "add", "supersede", "remove", "client-class",
                         "sub-options"});
    const std::string message_space{loading.family.space};
    if (node.text_or("space", message_space) != message_space)
        return node.error("space", "entries are about options of the message itself",
                          "\"" + message_space + "\"",
                          "sub-options are changed by the \"sub-options\" of the option that carries them");
    auto change = load_change(node, loading, message_space);
    if (!change) return;
    FlexOption option{.code = change->code,
                      .action = change->action,
                      .expression = std::move(change->expression),
                      .text_form = std::move(change->text_form),
                      .only_for = change->only_for,
                      .vendor = {},
                      .sub_options = {}};
    if (!may_be_changed(node, loading.family, option)) return;
    const bool has_sub_options = node.has("sub-options");
    if (option.action.has_value() == has_sub_options)
        return node.error("", "the entry says either what is done with the option or with its sub-options",
                          "one of add, supersede, remove and sub-options");
    const std::string space = change->def != nullptr ? std::string{change->def->encapsulates} : "";
    for (const Node& sub_option : maps_of(node, "sub-options"))
        load_sub_option(sub_option, space, loading, option);
    config.flex_options.push_back(std::move(option));
}

}  // namespace

void load_flex_options(const Node& parameters, Loading& loading, ServerConfig& config) {
    check_members(parameters, {"options"});
    for (const Node& node : maps_of(parameters, "options")) load_option(node, loading, config);
}

}  // namespace leasehold::config
