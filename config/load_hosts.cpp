// One reservation after the other: who it is for, what is kept for it, what must not stand twice.
#include "config/load_hosts.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "config/check.hpp"
#include "config/load_options.hpp"
#include "config/schema.hpp"
#include "dhcp/option_field.hpp"

namespace leasehold::config {
namespace {

struct IdentifierKey {
    std::string_view key;
    HostIdentifierType type;
    std::size_t size_max;
    bool may_be_text;  // 'text', in a configuration
};
constexpr std::array identifier_keys{
    IdentifierKey{"hw-address", HostIdentifierType::hw_address, hwaddr_size_max, false},
    IdentifierKey{"duid", HostIdentifierType::duid, duid_size_max, true},
    IdentifierKey{"circuit-id", HostIdentifierType::circuit_id, client_id_size_max, true},
    IdentifierKey{"client-id", HostIdentifierType::client_id, client_id_size_max, true},
    IdentifierKey{"flex-id", HostIdentifierType::flex_id, client_id_size_max, true},
};

std::optional<Octets> parse_identifier(std::string_view written, bool may_be_text) {
    const std::string_view text = trimmed(written);
    if (may_be_text && text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
        const std::string_view inner = text.substr(1, text.size() - 2);
        return Octets(inner.begin(), inner.end());
    }
    return parse_hex(text);
}

/// @param kind  of an identifier; or the length of a prefix
std::string key_of(std::uint32_t subnet_id, unsigned kind, OctetView octets) {
    std::string key = std::to_string(subnet_id) + '/' + std::to_string(kind) + '/';
    key.append(octets.begin(), octets.end());
    return key;
}

/// Does this server know hosts by it?
bool is_known(const FamilyFacts& family, const IdentifierKey& identifier) {
    return find_key(family.family, Scope::reservation, identifier.key) != nullptr;
}

std::string scope_text(std::uint32_t subnet_id) {
    return subnet_id == 0 ? "of the global reservations" : "of the subnet " + std::to_string(subnet_id);
}

const IdentifierKey& form_of(HostIdentifierType type) {
    return *std::ranges::find(identifier_keys, type, &IdentifierKey::type);
}

}  // namespace

std::span<const std::string_view> host_identifier_names() {
    static constexpr auto names = [] {
        std::array<std::string_view, identifier_keys.size()> all;
        std::ranges::transform(identifier_keys, all.begin(), &IdentifierKey::key);
        return all;
    }();
    return names;
}

std::optional<HostIdentifier> parse_host_identifier(std::string_view name, std::string_view written) {
    const auto form = std::ranges::find(identifier_keys, name, &IdentifierKey::key);
    if (form == identifier_keys.end()) return std::nullopt;
    auto octets = parse_identifier(written, true);
    if (!octets || octets->empty()) return std::nullopt;
    return HostIdentifier{form->type, std::move(*octets)};
}

HostLoader::HostLoader(const Node& global, bool allow_unsupported, Loading& loading, ServerConfig& config)
    : lenient_{global.boolean("reservations-lenient").value_or(false)},
      allow_unsupported_{allow_unsupported},
      loading_{loading},
      config_{config} {
    config_.early_global_reservations = global.boolean("early-global-reservations-lookup").value_or(false);
    config_.ip_reservations_unique = global.boolean("ip-reservations-unique").value_or(true);
    load_lookup(global);
}

std::string HostLoader::identifier_names() const {
    std::string names, last;
    for (const IdentifierKey& known : identifier_keys) {
        if (!is_known(loading_.family, known)) continue;
        if (!last.empty()) names += (names.empty() ? "" : ", ") + last;
        last = known.key;
    }
    return names + " and " + last;
}

void HostLoader::load_lookup(const Node& global) {
    constexpr std::string_view key = "host-reservation-identifiers";
    config_.host_identifiers.clear();
    if (!global.has(key)) {
        const auto& usual = fallback_value(*find_key(loading_.family.family, Scope::global, key));
        for (const auto& name : usual)
            config_.host_identifiers.push_back(
                std::ranges::find(identifier_keys, name.get<std::string>(), &IdentifierKey::key)->type);
        return;
    }
    const auto words = global.texts(key);
    for (const Node::Text& word : words) {
        if (word.text == "auto" && words.size() == 1) {
            for (const IdentifierKey& known : identifier_keys)
                if (is_known(loading_.family, known)) config_.host_identifiers.push_back(known.type);
            break;
        }
        const auto known = std::ranges::find(identifier_keys, word.text, &IdentifierKey::key);
        const auto tell = [&](const std::string& what) {
            global.problems().error(word.position, word.pointer, "\"" + word.text + "\" " + what,
                                    identifier_names() + ", each once, or \"auto\" alone");
        };
        if (known == identifier_keys.end() || !is_known(loading_.family, *known))
            tell("is no identifier of a host");
        else if (std::ranges::find(config_.host_identifiers, known->type) != config_.host_identifiers.end())
            tell("stands twice");
        else
            config_.host_identifiers.push_back(known->type);
    }
    if (words.empty())
        global.error(key, "the list of identifiers is empty", "at least one identifier, or \"auto\"");
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
    check_map(node.value(), loading_.family.family, Scope::reservation, node.pointer(), allow_unsupported_, own);
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
    if (!load_units(node, subnet, host) || !known) return;
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
        if (!node.has(candidate.key) || !is_known(loading_.family, candidate)) continue;
        if (form != nullptr) {
            node.error(candidate.key, std::string{candidate.key} + " stands beside " + std::string{form->key},
                       "one identifier of a host");
            return false;
        }
        form = &candidate;
    }
    if (form == nullptr) {
        node.error("", "the reservation does not say whose it is",
                   "one of " + identifier_names());
        return false;
    }
    const std::string* const text = node.text(form->key);
    if (text == nullptr) return false;  // the schema's check has told
    auto octets = parse_identifier(*text, form->may_be_text);
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

bool HostLoader::load_units(const Node& node, const SubnetConfig* subnet, Reservation& host) {
    kept_.clear();
    bool right = true;
    if (const std::string* const text = node.text("ip-address"))
        right = load_address(
            node, subnet,
            {*text, node.find("ip-address")->position, pointer_to(node.pointer(), "ip-address")}, host);
    for (const Node::Text& text : node.texts("ip-addresses"))
        right = load_address(node, subnet, text, host) && right;
    for (const Node::Text& text : node.texts("prefixes")) right = load_prefix(node, text, host) && right;
    return right && load_excluded(node, host);
}

bool HostLoader::load_address(const Node& node, const SubnetConfig* subnet, const Node::Text& text,
                              Reservation& host) {
    const FamilyFacts& family = loading_.family;
    const auto address = parse_address(family.family, text.text);
    const auto refuse = [&](const std::string& what, std::string allowed) {
        node.problems().error(text.position, text.pointer, what, std::move(allowed));
        return false;
    };
    if (!address)
        return refuse("\"" + text.text + "\" is not an " + std::string{family.ip} + " address",
                      std::string{family.address_example});
    const bool is_nobodys = family.family == Family::v4
                                ? to_ipv4(*address).is_zero() || to_ipv4(*address).is_broadcast()
                                : *address == Ipv6{} || address->bytes.front() == 0xff;
    if (is_nobodys) return refuse("no host can have the address " + text.text, "the address of a host");
    if (subnet != nullptr && !contains(subnet->network, *address))
        return refuse("the address " + text.text + " is not within its subnet",
                      "an address of " + network_text(subnet->network));
    host.addresses.push_back({*address, 128});
    kept_.push_back({host.addresses.back(), text.position, text.pointer});
    return true;
}

bool HostLoader::load_prefix(const Node& node, const Node::Text& text, Reservation& host) {
    const auto prefix = parse_network(Family::v6, text.text);
    if (!prefix || prefix->length == 0) {
        node.problems().error(text.position, text.pointer, "\"" + text.text + "\" is not an IPv6 prefix",
                              "a prefix such as 2001:db8:100::/56");
        return false;
    }
    if (parse_ipv6(std::string_view{text.text}.substr(0, text.text.find('/'))) != prefix->address)
        node.problems().warning(text.position, text.pointer,
                                "\"" + text.text + "\" has bits behind its length: " + network_text(*prefix) +
                                    " is kept");
    host.addresses.push_back(*prefix);
    kept_.push_back({*prefix, text.position, text.pointer});
    return true;
}

/// One for each of `prefixes`, "" where nothing is left out.
bool HostLoader::load_excluded(const Node& node, Reservation& host) const {
    const auto texts = node.texts("excluded-prefixes");
    if (texts.empty()) return true;
    const std::size_t prefixes = node.texts("prefixes").size();
    if (texts.size() != prefixes) {
        node.error("excluded-prefixes",
                   std::to_string(texts.size()) + " excluded prefixes stand beside " +
                       std::to_string(prefixes) + " prefixes",
                   "one for each, \"\" where nothing is left out");
        return false;
    }
    host.excluded.assign(host.addresses.size(), Prefix{{}, 0});
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (texts[i].text.empty()) continue;
        const std::size_t place = host.addresses.size() - prefixes + i;
        const Prefix& whole = host.addresses[place];
        const auto excluded = parse_network(Family::v6, texts[i].text);
        if (!excluded || excluded->length <= whole.length || !contains(whole, *excluded)) {
            node.problems().error(texts[i].position, texts[i].pointer,
                                  "\"" + texts[i].text + "\" is not a part of " + network_text(whole),
                                  "a longer prefix within it, or \"\"");
            return false;
        }
        host.excluded[place] = *excluded;
    }
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
    bool once = new_identifier;
    if (config_.ip_reservations_unique)
        for (const Kept& kept : kept_) once = is_kept_once(node, kept, host.subnet_id) && once;
    return once;
}

bool HostLoader::is_kept_once(const Node& node, const Kept& kept, std::uint32_t subnet_id) {
    const auto [other, is_new] = addresses_.try_emplace(
        key_of(subnet_id, kept.unit.length, kept.unit.address.bytes), kept.position);
    if (!is_new)
        node.problems().error(kept.position, kept.pointer,
                              "the " + std::string{kept.unit.length == 128 ? "address " : "prefix "} +
                                  to_string(kept.unit) + " is reserved for another host " +
                                  scope_text(subnet_id),
                              "each once, unless ip-reservations-unique is false",
                              "the first is at " + place_text(other->second));
    return is_new;
}

void HostLoader::finish() {
    config_.hosts = std::make_shared<const HostTable>(std::move(hosts_));
}

}  // namespace leasehold::config
