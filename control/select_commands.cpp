// Which subnet a message would be for: the choice that packets meet with, for a message made from arguments.
#include <algorithm>
#include <array>

#include "control/command_context.hpp"
#include "control/commands.hpp"
#include "control/family_names.hpp"
#include "control/subnet_question.hpp"
#include "dhcp/interfaces.hpp"

namespace leasehold {
namespace {

using SelectionText = std::string;

struct SelectionAddress {
    const char* name;
    Ipv6 SubnetQuestion::*value;
};
constexpr std::array selection_addresses{
    SelectionAddress{"address", &SubnetQuestion::address}, SelectionAddress{"relay", &SubnetQuestion::relay},
    SelectionAddress{"local", &SubnetQuestion::local},     SelectionAddress{"remote", &SubnetQuestion::remote},
    SelectionAddress{"link", &SubnetQuestion::link},       SelectionAddress{"subnet", &SubnetQuestion::subnet},
};

Result<ClassSet, SelectionText> classes_of(const Arguments& arguments, const ServerConfig& config) {
    ClassSet classes;
    classes.add(class_id::all);
    const auto* const value = arguments.find("classes");
    if (value == nullptr) return classes;
    for (const auto& entry : std::get<config::Value::List>(value->data)) {
        const auto* const name = std::get_if<std::string>(&entry.data);
        if (name == nullptr)
            return std::unexpected("parameter 'classes' must be a list of names, and holds " +
                                   a_value_of_type(entry.type_name()));
        if (const auto id = config.class_names.find(*name)) classes.add(*id);  // no guard asks for others
    }
    return classes;
}

Result<SubnetQuestion, SelectionText> read_selection(const Arguments& arguments, Family family,
                                                     const ServerConfig& config) {
    SubnetQuestion made;
    for (const auto& [name, place] : selection_addresses) {
        const auto text = arguments.text(name);
        if (!text) continue;
        const auto address = config::parse_address(family, *text);
        if (!address)
            return std::unexpected("parameter '" + std::string{name} + "' must be an " +
                                   std::string{names_of(family).ip} + " address, not '" + *text + "'");
        made.*place = *address;
    }
    made.interface = arguments.text("interface").value_or("");
    made.interface_id = arguments.text("interface-id").value_or("");
    if (made.interface_id.size() > interface_id_max)
        return std::unexpected("parameter 'interface-id' must have at most " + std::to_string(interface_id_max) +
                               " octets, not " + std::to_string(made.interface_id.size()));
    auto classes = classes_of(arguments, config);
    if (!classes) return std::unexpected(classes.error());
    made.classes = std::move(*classes);
    return made;
}

Answer selected(const ServerConfig& config, const SubnetConfig* subnet) {
    if (subnet == nullptr) return nothing_found("no subnet selected");
    const auto title = "subnet '" + network_text(subnet->network) + "' id " + std::to_string(subnet->id);
    if (!subnet->shared_network) return success("selected " + title);
    return success("selected shared network '" + config.shared_networks[*subnet->shared_network].name +
                   "' starting with " + title);
}

/// Its address where none is given; nullptr: this machine has no such interface now.
const Interface* find_interface(const InterfaceMonitor& monitor, const std::string& name) {
    for (const auto& [index, interface] : monitor.interfaces())
        if (interface.name == name) return &interface;
    return nullptr;
}

}  // namespace

void subnet4_select_test(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto config = context.configuration.loaded().server;
    auto question = read_selection(arguments, Family::v4, *config);
    if (!question) return reply(failure(question.error()));
    const InterfaceMonitor now{context.loop, [] {}};
    if (const auto* const found = find_interface(now, question->interface);
        found != nullptr && question->local == Ipv6{} && !found->addresses.empty())
        question->local = to_ipv6(found->addresses.front());
    reply(selected(*config, subnet_of_discover(*question, *config)));
}

void subnet4o6_select_test(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto config = context.configuration.loaded().server;
    const auto question = read_selection(arguments, Family::v6, *config);
    if (!question) return reply(failure(question.error()));
    reply(selected(*config, subnet_of_carried_discover(*question, *config)));
}

void subnet6_select_test(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto config = context.configuration.loaded().server;
    const auto question = read_selection(arguments, Family::v6, *config);
    if (!question) return reply(failure(question.error()));
    reply(selected(*config, subnet_of_solicit(*question, *config)));
}

}  // namespace leasehold
