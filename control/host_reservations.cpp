#include "control/host_reservations.hpp"

#include <algorithm>

#include "control/family_names.hpp"

namespace leasehold {
namespace {

const nlohmann::json* host_member(const nlohmann::json& map, std::string_view name) {
    const auto found = map.find(name);
    return found == map.end() ? nullptr : &*found;
}

/// The text, or the texts of the list, under this name.
std::vector<std::string> texts_of(const nlohmann::json& map, std::string_view name) {
    const auto* const value = host_member(map, name);
    std::vector<std::string> texts;
    if (value == nullptr) return texts;
    if (value->is_string()) texts.push_back(value->get<std::string>());
    if (value->is_array())
        for (const auto& entry : *value)
            if (entry.is_string()) texts.push_back(entry.get<std::string>());
    return texts;
}

void add_subnets(std::vector<HostOwner>& owners, const nlohmann::json& map, const std::string& place,
                 Family family, std::optional<std::uint32_t> wanted) {
    const std::string name = subnets_key(family);
    const auto* const subnets = host_member(map, name);
    if (subnets == nullptr) return;
    for (std::size_t i = 0; i < subnets->size(); ++i) {
        const auto& subnet = subnets->at(i);
        const auto id = subnet.at("id").get<std::uint32_t>();
        if (!wanted || *wanted == id)
            owners.push_back({id, place + "/" + name + "/" + std::to_string(i), &subnet});
    }
}

}  // namespace

std::vector<HostOwner> host_owners(const nlohmann::json& map, Family family,
                                   std::optional<std::uint32_t> subnet_id) {
    std::vector<HostOwner> owners;
    if (subnet_id.value_or(0) == 0) owners.push_back({0, "", &map});
    if (subnet_id == 0u) return owners;
    if (const auto* const networks = host_member(map, "shared-networks"))
        for (std::size_t i = 0; i < networks->size(); ++i)
            add_subnets(owners, networks->at(i), "/shared-networks/" + std::to_string(i), family, subnet_id);
    add_subnets(owners, map, "", family, subnet_id);
    return owners;
}

HostWalk::HostWalk(std::shared_ptr<const nlohmann::json> full, Family family,
                   std::optional<std::uint32_t> subnet_id)
    : full_{std::move(full)},
      owners_{host_owners(full_->at(std::string{names_of(family).configuration}), family, subnet_id)} {}

const nlohmann::json* HostWalk::list() const {
    return host_member(*owners_[owner_].map, "reservations");
}

void HostWalk::skip(std::uint64_t count) {
    for (; owner_ < owners_.size(); ++owner_, index_ = 0) {
        const auto* const hosts = list();
        const std::size_t left = hosts == nullptr ? 0 : hosts->size() - index_;
        if (count < left) {
            index_ += count;
            return;
        }
        count -= left;
    }
}

bool HostWalk::next(std::size_t rows_max, const Visit& visit) {
    for (; owner_ < owners_.size(); ++owner_, index_ = 0) {
        const auto* const hosts = list();
        for (const auto size = hosts == nullptr ? 0 : hosts->size(); index_ < size;) {
            if (rows_max-- == 0) return true;
            if (!visit(owners_[owner_], hosts->at(index_++))) return true;
        }
        if (rows_max == 0) return true;
        --rows_max;  // a subnet without any takes time too
    }
    return false;
}

std::optional<config::HostIdentifier> host_identifier(const nlohmann::json& host) {
    for (const auto name : config::host_identifier_names()) {
        const auto* const written = host_member(host, name);
        if (written == nullptr || !written->is_string()) continue;
        return config::parse_host_identifier(name, written->get_ref<const std::string&>());
    }
    return std::nullopt;
}

std::vector<Ipv6> kept_host_addresses(const nlohmann::json& host, Family family) {
    std::vector<Ipv6> kept;
    for (const auto& text : texts_of(host, family == Family::v4 ? "ip-address" : "ip-addresses"))
        if (const auto address = config::parse_address(family, text)) kept.push_back(*address);
    return kept;
}

std::vector<Ipv6> kept_addresses(const nlohmann::json& host, Family family) {
    auto kept = kept_host_addresses(host, family);
    if (family == Family::v4) return kept;
    for (const auto& text : texts_of(host, "prefixes"))
        if (const auto prefix = config::parse_network(family, text)) kept.push_back(prefix->address);
    return kept;
}

nlohmann::json host_json(const HostOwner& owner, const nlohmann::json& host, Family family) {
    static const nlohmann::json unset4{
        {"boot-file-name", ""},     {"client-classes", nlohmann::json::array()}, {"hostname", ""},
        {"next-server", "0.0.0.0"}, {"option-data", nlohmann::json::array()},    {"server-hostname", ""}};
    static const nlohmann::json unset6{{"client-classes", nlohmann::json::array()},
                                       {"hostname", ""},
                                       {"ip-addresses", nlohmann::json::array()},
                                       {"option-data", nlohmann::json::array()},
                                       {"prefixes", nlohmann::json::array()}};
    auto shown = family == Family::v4 ? unset4 : unset6;
    if (host.is_object()) shown.update(host);
    shown["subnet-id"] = owner.subnet_id;
    return shown;
}

}  // namespace leasehold
