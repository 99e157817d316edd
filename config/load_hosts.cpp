// One reservation after the other: who it is for, its address, what must not stand twice.
#include "config/load_hosts.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "config/check.hpp"
#include "config/load_options.hpp"
#include "dhcp/option_field.hpp"

namespace leasehold::config {
namespace {

struct IdentifierKey {
    std::string_view key;
    HostIdentifierType type;
    std::size_t size_max;
    bool may_be_text;  // 'text'
};
constexpr std::array identifier_keys{
    IdentifierKey{"hw-address", HostIdentifierType::hw_address, hwaddr_size_max, false},
    IdentifierKey{"duid", HostIdentifierType::duid, duid_size_max, true},
    IdentifierKey{"circuit-id", HostIdentifierType::circuit_id, client_id_size_max, true},
    IdentifierKey{"client-id", HostIdentifierType::client_id, client_id_size_max, true},
    IdentifierKey{"flex-id", HostIdentifierType::flex_id, client_id_size_max, true},
};

std::optional<Octets> parse_identifier(const IdentifierKey& form, const std::string& written) {
    const std::string_view text = trimmed(written);
    if (form.may_be_text && text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
        const std::string_view inner = text.substr(1, text.size() - 2);
        return Octets(inner.begin(), inner.end());
    }
    return parse_hex(text);
}

std::string key_of(std::uint32_t subnet_id, unsigned kind, OctetView octets) {
    std::string key = std::to_string(subnet_id) + '/' + std::to_string(kind) + '/';
    key.append(octets.begin(), octets.end());
    return key;
}

std::string scope_text(std::uint32_t subnet_id) {
    return subnet_id == 0 ? "of the global reservations" : "of the subnet " + std::to_string(subnet_id);
}

const IdentifierKey& form_of(HostIdentifierType type) {
    return *std::ranges::find(identifier_keys, type, &IdentifierKey::type);
}

}  // namespace

HostLoader::HostLoader(const Node& global, bool allow_unsupported, Loading& loading, ServerConfig& config)
    : lenient_{global.boolean("reservations-lenient").value_or(false)},
      allow_unsupported_{allow_unsupported},
      loading_{loading},
      config_{config} {
    config_.early_global_reservations = global.boolean("early-global-reservations-lookup").value_or(false);
    config_.ip_reservations_unique = global.boolean("ip-reservations-unique").value_or(true);
    load_lookup(global);
}

void HostLoader::load_lookup(const Node& global) {
    if (!global.has("host-reservation-identifiers")) return;
    const auto words = global.texts("host-reservation-identifiers");
    std::vector<HostIdentifierType> types;
    for (const Node::Text& word : words) {
        if (word.text == "auto" && words.size() == 1) {
            for (const IdentifierKey& known : identifier_keys) types.push_back(known.type);
            break;
        }
        const auto known = std::ranges::find(identifier_keys, word.text, &IdentifierKey::key);
        const auto tell = [&](const std::string& what) {
            global.problems().error(word.position, word.pointer, "\"" + word.text + "\" " + what,
                                    "hw-address, duid, circuit-id, client-id and flex-id, each once, or "
                                    "\"auto\" alone");
        };
        if (known == identifier_keys.end())
            tell("is no identifier of a host");
        else if (std::ranges::find(types, known->type) != types.end())
            tell("stands twice");
        else
            types.push_back(known->type);
    }
    if (words.empty())
        global.error("host-reservation-identifiers", "the list of identifiers is empty",
                     "at least one identifier, or \"auto\"");
    config_.host_identifiers = std::move(types);
}

void HostLoader::load(const Node& owner, const SubnetConfig* subnet, nlohmann::json& full) {
    const std::vector<Node> nodes = owner.maps("reservations");
    if (nodes.empty()) return;
    nlohmann::json& list = full["reservations"];
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (lenient_)
            load_leniently(nodes[i], subnet, list[i]);
        else
            load_one(nodes[i], subnet, list[i]);
    }
}

// With one bad reservation of thousands the others still have to be served.
void HostLoader::load_leniently(const Node& node, const SubnetConfig* subnet, nlohmann::json& full) {
    Problems own;
    check_map(node.value(), Scope::reservation, node.pointer(), allow_unsupported_, own);
    const std::size_t before = hosts_.size();
    load_one(Node{node.value(), node.pointer(), own}, subnet, full);
    const bool is_wrong = own.has_errors();
    for (Problem& problem : own.errors()) {
        problem.what += "; the reservation is skipped";
        node.problems().warning(std::move(problem));
    }
    for (Problem& problem : own.warnings()) node.problems().warning(std::move(problem));
    if (!is_wrong) return;
    ++config_.skipped_reservations;
    hosts_.resize(before);
}

void HostLoader::load_one(const Node& node, const SubnetConfig* subnet, nlohmann::json& full) {
    Reservation host;
    host.subnet_id = subnet != nullptr ? subnet->id : 0;
    const bool known = load_identifier(node, host);
    if (!load_address(node, subnet, host) || !known) return;
    host.hostname = node.text_or("hostname", "");
    host.boot = load_boot_fields(node);
    host.classes = loading_.classes.given(node);
    host.options = load_options(node, loading_, loading_.definitions, full);
    if (lenient_ && node.problems().has_errors()) return;  // takes nothing from one that is right
    if (stands_once(node, host)) hosts_.push_back(std::move(host));
}

bool HostLoader::load_identifier(const Node& node, Reservation& host) const {
    const IdentifierKey* form = nullptr;
    for (const IdentifierKey& candidate : identifier_keys) {
        if (!node.has(candidate.key)) continue;
        if (form != nullptr) {
            node.error(candidate.key, std::string{candidate.key} + " stands beside " + std::string{form->key},
                       "one identifier of a host");
            return false;
        }
        form = &candidate;
    }
    if (form == nullptr) {
        node.error("", "the reservation does not say whose it is",
                   "one of hw-address, duid, circuit-id, client-id and flex-id");
        return false;
    }
    const std::string* const text = node.text(form->key);
    if (text == nullptr) return false;  // the schema's check has told
    auto octets = parse_identifier(*form, *text);
    if (!octets || octets->empty()) {
        node.error(form->key, "\"" + *text + "\" is no " + std::string{form->key},
                   form->may_be_text ? "hexadecimal digits such as \"01:1a:2b:3c\", or text such as \"'abc'\""
                                     : "hexadecimal digits such as \"1a:2b:3c:4d:5e:6f\"");
        return false;
    }
    if (octets->size() > form->size_max) {
        node.error(form->key,
                   "the " + std::string{form->key} + " has " + std::to_string(octets->size()) + " octets",
                   "at most " + std::to_string(form->size_max));
        return false;
    }
    host.type = form->type;
    host.identifier = std::move(*octets);
    return true;
}

bool HostLoader::load_address(const Node& node, const SubnetConfig* subnet, Reservation& host) const {
    const std::string* const text = node.text("ip-address");
    if (text == nullptr) return true;
    const auto address = parse_ipv4(*text);
    const auto refuse = [&](const std::string& what, const std::string& allowed) {
        node.error("ip-address", what, allowed);
        return false;
    };
    if (!address) return refuse("\"" + *text + "\" is not an IPv4 address", "an address such as 192.0.2.1");
    if (address->is_zero() || address->is_broadcast())
        return refuse("no host can have the address " + *text, "the address of a host");
    if (subnet != nullptr && !contains(subnet->network, *address))
        return refuse("the address " + *text + " is not within its subnet",
                      "an address of " + to_string(subnet->network));
    host.addresses.push_back(to_prefix(*address));
    return true;
}

bool HostLoader::stands_once(const Node& node, const Reservation& host) {
    const IdentifierKey& form = form_of(host.type);
    const auto [same, new_identifier] = identifiers_.try_emplace(
        key_of(host.subnet_id, static_cast<unsigned>(host.type), view(host.identifier)),
        node.find(form.key)->position);
    if (!new_identifier)
        node.error(form.key,
                   "this " + std::string{form.key} + " has another reservation " + scope_text(host.subnet_id),
                   "each identifier once", "the first is at " + place_text(same->second));
    if (host.addresses.empty() || !config_.ip_reservations_unique) return new_identifier;
    const auto& octets = host.addresses.front().address.bytes;
    const auto [other, new_address] =
        addresses_.try_emplace(key_of(host.subnet_id, 0, octets), node.find("ip-address")->position);
    if (!new_address)
        node.error("ip-address",
                   "the address " + to_string(host.addresses.front()) + " is reserved for another host " +
                       scope_text(host.subnet_id),
                   "each address once, unless ip-reservations-unique is false",
                   "the first is at " + place_text(other->second));
    return new_identifier && new_address;
}

void HostLoader::finish() {
    config_.hosts = std::make_shared<const HostTable>(std::move(hosts_));
}

}  // namespace leasehold::config
