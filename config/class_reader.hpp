// Names of classes in the configuration as numbers. Which classes there are is load_classes' part.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "config/node.hpp"
#include "dhcp/client_class.hpp"

namespace leasehold::config {

class ClassReader {
public:
    static constexpr std::size_t name_size_max = 2048;  // as long as a name made from a packet may be
    static constexpr std::size_t names_max = 60'000;    // of all lists, tests and definitions

    explicit ClassReader(ClassNames& names) : names_{names} {}

    /// nullopt: told why it cannot be a name.
    std::optional<ClassId> id(const Node& owner, const Node::Text& text);
    /// A name in the member `key`.
    std::optional<ClassId> id(const Node& owner, std::string_view key);
    /// The list of a reservation: who has it is in these classes, defined or not.
    std::vector<ClassId> given(const Node& owner);
    /// A list of names, each once.
    std::vector<ClassId> list(const Node& owner, std::string_view key);
    /// `client-classes`, or the one of `client-class`.
    ClassGuard guard(const Node& owner);
    /// `evaluate-additional-classes` under either name.
    std::vector<ClassId> additional(const Node& owner);

    /// Lists may name classes before they are defined; those that never were are a warning each: nobody is in
    /// them. Call it last.
    void tell_undefined(Problems& problems) const;

    /// From now on expressions may refer to it.
    void define(ClassId id) { defined_.insert(id); }
    /// What member() may name: a class defined before, a built-in one, or one that is made from packets or
    /// by others.
    std::optional<ClassId> referred(std::string_view name);

private:
    bool has_room(std::string_view name) const;

    ClassNames& names_;
    std::unordered_set<ClassId> defined_, given_;
    struct Mention {
        Position position;
        std::string pointer;
    };
    std::map<ClassId, Mention> mentions_;  // where a list names it first
};

}  // namespace leasehold::config
