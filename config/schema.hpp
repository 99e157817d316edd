// Every key that a configuration may hold, as one table: parsing, checking, suggestions, config-get's
// defaults and the reference in docs/configuration.md walk it. What keys mean together is the load_* files'
// part.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/address.hpp"

namespace leasehold::config {

/// A kind of map: where a key may stand.
enum class Scope : std::uint8_t {
    root,
    global,
    interfaces,
    lease_database,
    database,
    config_control,
    subnet,
    shared_network,
    pool,
    pd_pool,
    relay,
    option_data,
    option_def,
    client_class,
    reservation,
    logger,
    output_option,
    control_socket,
    expiration,
    sanity_checks,
    dhcp_ddns,
    multi_threading,
    queue_control,
    compatibility,
    hook_library,
    server_id,
    prefix_routes,
    authentication,
    http_client,
    http_header,
    count_,
};
inline constexpr std::size_t scope_count = static_cast<std::size_t>(Scope::count_);
/// As a reader knows it: "subnet4", "subnet6", "option-data".
std::string_view to_string(Family family, Scope scope);

/// The servers that know a key.
enum class Servers : std::uint8_t { both, v4_only, v6_only };
constexpr bool includes(Servers servers, Family family) {
    return servers == Servers::both || (servers == Servers::v4_only) == (family == Family::v4);
}
/// For keys that both servers have alike, such as those of a database, where it does not matter which it is.
inline constexpr Family any_family = Family::v4;

class ScopeSet {
public:
    constexpr ScopeSet(std::initializer_list<Scope> scopes) {
        for (const Scope scope : scopes) bits_ |= bit(scope);
    }
    constexpr bool has(Scope scope) const { return (bits_ & bit(scope)) != 0; }

private:
    static constexpr std::uint32_t bit(Scope scope) {
        return std::uint32_t{1} << static_cast<unsigned>(scope);
    }
    std::uint32_t bits_ = 0;
};

enum class Type : std::uint8_t {
    boolean,
    flag_or_word,  // true, false, or one of the words
    integer,
    duration,  // an integer in the unit, or a text such as "500ms", "5s", "2m", "1h" that is a whole number
               // of it
    real,
    string,
    map,
    map_list,
    string_list,
    free_map,
    anything
};

/// Which values are right. Of a duration the unit is "seconds" or "milliseconds".
struct Rule {
    Type type = Type::anything;
    std::int64_t min = 0, max = 0;  // integer, duration; of a string `max` octets
    double low = 0, high = 0;       // real
    bool low_open = false, high_open = false;
    std::string_view unit = {};   // "seconds"
    std::string_view words = {};  // of a string: "raw|udp"; "": any text
    std::string_view unbuilt_words =
        {};                       // right in Kea, but they decide who gets which address and are not built
    Scope child = Scope::count_;  // of map and map_list
};

enum class Status : std::uint8_t {
    used,
    ignored,  // without influence on who gets which address: a warning when it asks for something
    refused,  // decides who may get which address and is not built yet: an error unless allow_unsupported
    part,     // belongs to a refused container and shares its fate
};
std::string_view to_string(Status status);

enum Flags : std::uint8_t {
    none = 0,
    shown = 1,      // config-get fills the default in
    inherited = 2,  // config-get copies the global value into each subnet
    required = 4,
    shown_globally = 16,  // config-get fills the default in, in the global map only
    secret = 8,           // never in a message; "*****" in config-get (hidden_texts.cpp)
};
constexpr Flags operator|(Flags a, Flags b) {
    return static_cast<Flags>(unsigned{a} | unsigned{b});
}

struct Key {
    ScopeSet scopes;
    std::string_view name;
    Rule rule;
    std::string_view fallback;  // the default as JSON; "": none
    Status status = Status::used;
    Flags flags = none;
    std::string_view help;
    Servers servers = Servers::both;
};

std::span<const Key> schema();
/// nullptr: unknown in this scope. O(1).
const Key* find_key(Family family, Scope scope, std::string_view name);
/// All keys of a scope, in the table's order.
const std::vector<const Key*>& keys_of(Family family, Scope scope);
/// Other keys than those of the table are accepted as they are.
bool is_free_form(Scope scope);

/// The default as a value; null when there is none. Valid for ever.
const nlohmann::json& fallback_value(const Key& key);
/// "an integer from 0 to 65535, in seconds"
std::string allowed_values(const Rule& rule);
bool has_word(std::string_view words, std::string_view word);
/// A text such as "5s" as a number of `unit`; nullopt: it is none, or not a whole number of them.
std::optional<std::int64_t> duration_in(std::string_view unit, std::string_view text);
/// The known key of the scope that looks most like `name`, else "".
std::string_view nearest_key(Family family, Scope scope, std::string_view name);
/// The one of `names` that `name` is most likely a misspelling of, else "".
std::string_view nearest_name(std::span<const std::string_view> names, std::string_view name);
/// Names of scopes in which `name` is known; for "it belongs in ...".
std::vector<Scope> scopes_of(Family family, std::string_view name);

/// The table of docs/configuration.md, in Markdown.
std::string config_reference_markdown();

}  // namespace leasehold::config
