// Lists of class names, in their present and their old spellings.
#include "config/class_reader.hpp"

#include <algorithm>
#include <array>

namespace leasehold::config {
namespace {

/// Classes with such names need no definition: packets, or what stands around the server, make them.
constexpr std::array<std::string_view, 5> made_prefixes{"VENDOR_CLASS_", "HA_", "AFTER_", "EXTERNAL_",
                                                        "SPAWN_"};

bool is_made(std::string_view name) {
    return std::ranges::any_of(made_prefixes,
                               [&](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace

bool ClassReader::has_room(std::string_view name) const {
    return names_.find(name) || names_.size() < names_max;
}

std::optional<ClassId> ClassReader::id(const Node& owner, const Node::Text& text) {
    const auto refuse = [&](std::string what, std::string allowed) {
        owner.problems().error(text.position, text.pointer, std::move(what), std::move(allowed));
        return std::nullopt;
    };
    if (text.text.empty()) return refuse("the name of a class is empty", "a class's name");
    if (text.text.size() > name_size_max)
        return refuse("the name of a class has " + std::to_string(text.text.size()) + " octets",
                      "at most " + std::to_string(name_size_max));
    if (!has_room(text.text))
        return refuse("the configuration names too many classes",
                      "at most " + std::to_string(names_max) + " different ones");
    return names_.intern(text.text);
}

std::optional<ClassId> ClassReader::id(const Node& owner, std::string_view key) {
    const std::string* const name = owner.text(key);
    if (name == nullptr) return std::nullopt;
    return id(owner, {*name, owner.find(key)->position, pointer_to(owner.pointer(), key)});
}

std::vector<ClassId> ClassReader::list(const Node& owner, std::string_view key) {
    std::vector<ClassId> ids;
    for (const Node::Text& text : owner.texts(key))
        if (const auto found = id(owner, text); found && std::ranges::find(ids, *found) == ids.end()) {
            ids.push_back(*found);
            mentions_.try_emplace(*found, Mention{text.position, text.pointer});
        }
    return ids;
}

std::vector<ClassId> ClassReader::given(const Node& owner) {
    auto ids = list(owner, "client-classes");
    given_.insert(ids.begin(), ids.end());
    return ids;
}

void ClassReader::tell_undefined(Problems& problems) const {
    for (const auto& [id, where] : mentions_) {
        const auto name = names_.name(id);
        if (id <= class_id::skip_ddns || defined_.contains(id) || given_.contains(id) || is_made(name))
            continue;
        problems.warning(where.position, where.pointer,
                         "the class \"" + std::string{name} +
                             "\" is neither defined nor given by a reservation: nobody is in it");
    }
}

ClassGuard ClassReader::guard(const Node& owner) {
    ClassGuard ids = list(owner, "client-classes");
    const std::string* const single = owner.text("client-class");
    if (single == nullptr) return ids;
    if (owner.has("client-classes"))
        owner.error("client-class", "client-class stands beside client-classes", "client-classes alone");
    if (single->empty()) return ids;  // as Kea shows "no class"
    if (const auto found = id(owner, "client-class")) {
        ids.push_back(*found);
        mentions_.try_emplace(*found, Mention{owner.find("client-class")->position,
                                              pointer_to(owner.pointer(), "client-class")});
    }
    return ids;
}

std::vector<ClassId> ClassReader::additional(const Node& owner) {
    constexpr std::string_view now = "evaluate-additional-classes", old = "require-client-classes";
    if (owner.has(now) && owner.has(old))
        owner.error(old, "require-client-classes stands beside evaluate-additional-classes",
                    "evaluate-additional-classes alone");
    return list(owner, owner.has(now) ? now : old);
}

std::optional<ClassId> ClassReader::referred(std::string_view name) {
    const auto known = names_.find(name);
    if (known && (*known <= class_id::skip_ddns || defined_.contains(*known))) return known;
    return is_made(name) && name.size() <= name_size_max && has_room(name)
               ? std::optional{names_.intern(name)}
               : std::nullopt;
}

}  // namespace leasehold::config
