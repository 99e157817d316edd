// What every part of a configuration is read with, and the small forms that several of them share.
#pragma once

#include <optional>
#include <string_view>

#include "config/class_reader.hpp"
#include "config/definitions.hpp"
#include "config/family.hpp"
#include "config/node.hpp"
#include "dhcp/expression.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold::config {

/// Kea's libraries whose settings also stand in user-context: those are read only where the library is
/// listed.
struct ListedLibraries {
    bool limits = false, ping_check = false, ddns_tuning = false, legal_log = false;
};

struct Loading {
    Loading(Family of, ClassNames& names) : family{facts_of(of)}, definitions{family}, classes{names} {}
    const FamilyFacts& family;
    Definitions definitions;
    ClassReader classes;
    ListedLibraries libraries;
    PingConfig ping;  // of the ping_check library's parameters
};

/// The expression in the member `key`; nullopt: it is absent, or told what is wrong with it.
std::optional<Expression> load_expression(const Node& node, std::string_view key, Expression::Kind kind,
                                          Loading& loading);

/// next-server, server-hostname and boot-file-name of a class or a host; empty ones say nothing.
BootFields load_boot_fields(const Node& node);

/// `limits` of a user-context.
LimitsConfig load_limits(const Node& owner, const Loading& loading);

/// `ping-check` of a user-context, or the library's own parameters: changes what it says.
void load_ping_check(const Node& node, PingConfig& ping);

/// A switch among parameters, which the schema does not know.
bool flag_of(const Node& node, std::string_view key, bool otherwise);

/// Tells of members that are none of `names`.
void check_members(const Node& node, std::initializer_list<std::string_view> names);

}  // namespace leasehold::config
