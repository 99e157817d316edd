// One class after the other: an expression may refer only to those before it. Telling whether a packet is in
// a class is dhcp/classify's part.
#include "config/load_classes.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>

#include "config/load_options.hpp"
#include "config/network_values.hpp"

namespace leasehold::config {
namespace {

/// What a name in the logs and in leases may be made of; others come out escaped in names made from packets.
bool is_plain_name(std::string_view name) {
    return std::ranges::all_of(name, [](char c) { return c == '%' || is_plain_in_class_name(c); });
}

class ClassLoader {
public:
    ClassLoader(Loading& loading, ServerConfig& config) : loading_{loading}, config_{config} {}

    void load(const Node& node, nlohmann::json& full) {
        ClientClassConfig made;
        made.name = node.text_or("name", "");
        const auto id = loading_.classes.id(node, "name");
        if (!id || !stands_once(node, *id)) return;
        made.id = *id;
        if (!is_plain_name(made.name))
            node.warning("name", "the class name \"" + made.name +
                                     "\" has characters that names made from packets never have");
        load_membership(node, made);
        load_values(node, made);
        load_options_of(node, full, made);
        loading_.classes.define(made.id);
        if (made.after_hosts) after_hosts_.insert(made.id);
        config_.classes.push_back(std::move(made));
    }

private:
    bool stands_once(const Node& node, ClassId id) {
        const auto [first, is_new] = places_.try_emplace(id, node.find("name")->position);
        if (!is_new)
            node.error("name", "the class \"" + node.text_or("name", "") + "\" is defined twice",
                       "each class once", "the first is at " + place_text(first->second));
        return is_new;
    }

    void load_membership(const Node& node, ClientClassConfig& made) {
        constexpr std::string_view flag = "only-in-additional-list", old_flag = "only-if-required";
        if (node.has(flag) && node.has(old_flag))
            node.error(old_flag, "only-if-required stands beside only-in-additional-list",
                       "only-in-additional-list alone");
        const std::string_view used = node.has(flag) ? flag : old_flag;
        made.additional_only = node.boolean(used).value_or(false);
        if (made.additional_only && (made.id <= class_id::bootp || made.id == class_id::drop))
            node.error(used, "the class " + made.name + " cannot wait for a list of additional classes",
                       "false");
        if (node.has("test") && node.has("template-test"))
            node.error("template-test", "template-test stands beside test", "one of the two");
        if (made.id <= class_id::bootp)
            for (const char* key : {"test", "template-test"})
                if (node.has(key))
                    return node.error(key, "the server decides who is in the built-in class " + made.name,
                                      "the class without an expression, or another name");
        if (node.text("test") != nullptr)
            made.test = load_expression(node, "test", Expression::Kind::test, loading_);
        if (node.text("template-test") != nullptr)
            made.template_test = load_expression(node, "template-test", Expression::Kind::text, loading_);
        made.after_hosts = waits(made.test) || waits(made.template_test);
    }

    /// Does it depend on KNOWN or UNKNOWN, by itself or through another class?
    bool waits(const std::optional<Expression>& expression) const {
        return expression && std::ranges::any_of(expression->referred_classes(), [&](ClassId id) {
                   return id == class_id::known || id == class_id::unknown || after_hosts_.contains(id);
               });
    }

    void load_values(const Node& node, ClientClassConfig& made) const {
        made.valid_lifetime = load_lifetimes(node, valid_lifetime_keys);
        made.preferred_lifetime = load_lifetimes(node, preferred_lifetime_keys);
        made.offer_lifetime = node.uint32("offer-lifetime");
        made.boot = load_boot_fields(node);
        made.limits = load_limits(node, loading_);
    }

    void load_options_of(const Node& node, nlohmann::json& full, ClientClassConfig& made) const {
        if (!node.has("option-def")) {
            made.options = load_options(node, loading_, loading_.definitions, full);
            return;
        }
        Definitions own{&loading_.definitions};
        own.load_class(node);
        made.definitions = own.owned();
        made.options = load_options(node, loading_, own, full);
    }

    Loading& loading_;
    ServerConfig& config_;
    std::unordered_map<ClassId, Position> places_;
    std::unordered_set<ClassId> after_hosts_;
};

}  // namespace

void load_classes(const Node& global, Loading& loading, nlohmann::json& full_global, ServerConfig& config) {
    ClassLoader loader{loading, config};
    const std::vector<Node> nodes = global.maps("client-classes");
    for (std::size_t i = 0; i < nodes.size(); ++i) loader.load(nodes[i], full_global["client-classes"][i]);
}

}  // namespace leasehold::config
