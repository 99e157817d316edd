// One small function per key.
#include "config/load_server6.hpp"

#include <algorithm>
#include <array>

#include "dhcp/option_field.hpp"

namespace leasehold::config {
namespace {

struct MacSourceName {
    std::string_view name;
    MacSource source;
};
constexpr std::array mac_source_names{
    MacSourceName{"any", MacSource::any},
    MacSourceName{"raw", MacSource::raw},
    MacSourceName{"duid", MacSource::duid},
    MacSourceName{"ipv6-link-local", MacSource::ipv6_link_local},
    MacSourceName{"client-link-addr-option", MacSource::client_link_addr_option},
    MacSourceName{"rfc6939", MacSource::client_link_addr_option},
    MacSourceName{"subscriber-id", MacSource::subscriber_id},
    MacSourceName{"rfc4580", MacSource::subscriber_id},
    MacSourceName{"remote-id", MacSource::remote_id},
    MacSourceName{"rfc4649", MacSource::remote_id},
    MacSourceName{"docsis-cmts", MacSource::docsis_cmts},
    MacSourceName{"docsis-modem", MacSource::docsis_modem},
};

void load_mac_sources(const Node& global, std::vector<MacSource>& sources) {
    constexpr std::string_view key = "mac-sources";
    if (!global.has(key)) return;
    sources.clear();
    const auto texts = global.texts(key);
    for (const Node::Text& text : texts) {
        const auto known = std::ranges::find(mac_source_names, text.text, &MacSourceName::name);
        if (known == mac_source_names.end())
            global.problems().error(text.position, text.pointer,
                                    "\"" + text.text + "\" is no source of hardware addresses",
                                    "any, raw, duid, ipv6-link-local, client-link-addr-option, subscriber-id, "
                                    "remote-id, docsis-cmts and docsis-modem");
        else if (std::ranges::find(sources, known->source) != sources.end())
            global.problems().error(text.position, text.pointer, "\"" + text.text + "\" stands twice",
                                    "each source once");
        else
            sources.push_back(known->source);
    }
    if (texts.empty()) global.error(key, "the list of sources is empty", "at least one, such as \"any\"");
}

/// Options by name or by code (RFC 6422).
void load_relay_options(const Node& global, const Loading& loading, std::vector<std::uint16_t>& codes) {
    constexpr std::string_view key = "relay-supplied-options";
    if (!global.has(key)) return;
    codes.clear();
    for (const Node::Text& text : global.texts(key)) {
        auto code = parse_decimal(text.text, 1, loading.family.code_max);
        const OptionDef* const named =
            code ? nullptr : loading.definitions.find(loading.family.space, text.text);
        if (named != nullptr) code = named->code;
        const auto tell = [&](const std::string& what, std::string allowed) {
            global.problems().error(text.position, text.pointer, "\"" + text.text + "\" " + what,
                                    std::move(allowed));
        };
        if (!code)
            tell("is no DHCPv6 option", "its name, or its code from 1 to 65535");
        else if (loading.family.is_server_owned(static_cast<std::uint16_t>(*code)))
            global.problems().warning(text.position, text.pointer,
                                      "\"" + text.text +
                                          "\" is made by the server or belongs to clients and relays: it is "
                                          "not taken from relays");
        else if (std::ranges::find(codes, *code) != codes.end())
            tell("stands twice", "each option once");
        else
            codes.push_back(static_cast<std::uint16_t>(*code));
    }
}

/// A key that says nothing for this type of DUID.
void warn_of_unused(const Node& node, v6::DuidType type) {
    const bool hardware = type != v6::DuidType::en;
    constexpr std::array pairs{std::pair{"htype", true}, std::pair{"enterprise-id", false}};
    for (const auto& [key, for_hardware] : pairs)
        if (for_hardware != hardware && node.integer(key).value_or(0) != 0)
            node.warning(key, "\"" + std::string{key} + "\" says nothing for the type " +
                                  std::string{v6::to_string(type)});
    if (type != v6::DuidType::llt && node.integer("time").value_or(0) != 0)
        node.warning("time", "\"time\" says nothing for the type " + std::string{v6::to_string(type)});
}

void load_server_duid(const Node& global, ServerDuidConfig& duid) {
    const auto node = global.map("server-id");
    if (!node) return;
    duid.type = v6::parse_duid_type(node->text_or("type", "LLT")).value_or(v6::DuidType::llt);
    duid.htype = static_cast<std::uint16_t>(node->uint32("htype").value_or(0));
    duid.time = node->uint32("time").value_or(0);
    duid.enterprise = node->uint32("enterprise-id").value_or(0);
    duid.persist = node->boolean("persist").value_or(true);
    warn_of_unused(*node, duid.type);
    const std::string text = node->text_or("identifier", "");
    const auto octets = parse_hex(text);
    const bool hardware = duid.type != v6::DuidType::en;
    const std::size_t size_max = hardware ? hwaddr_size_max : duid_size_max - 6;  // behind type and number
    if (!octets)
        node->error("identifier", "\"" + text + "\" is not hexadecimal", "such as \"0c01021234ab\"");
    else if (octets->size() > size_max)
        node->error("identifier", "the identifier has " + std::to_string(octets->size()) + " octets",
                    "at most " + std::to_string(size_max));
    else
        duid.identifier = *octets;
}

}  // namespace

void load_server6(const Node& global, const Loading& loading, ServerConfig& config) {
    load_server_duid(global, config.server_duid);
    load_mac_sources(global, config.mac_sources);
    load_relay_options(global, loading, config.relay_supplied_options);
    config.allow_address_registration = global.boolean("allow-address-registration").value_or(true);
}

}  // namespace leasehold::config
