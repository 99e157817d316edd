// The classes that every DHCPv4 packet is in, before those of the configuration.
#include "dhcp/v4/classify.hpp"

#include "dhcp/classify.hpp"
#include "dhcp/v4/option_table.hpp"

namespace leasehold::v4 {

std::size_t classify(const ExpressionSource& source, const MessageView& message, const ServerConfig& config,
                     ClassSet& classes) {
    classes.add(class_id::all);
    add_vendor_class(message.option(option::vendor_class).value_or(ExpressionBytes{}), config, classes);
    if (message.type() == MessageType::none) classes.add(class_id::bootp);
    return leasehold::classify(source, config, classes);
}

}  // namespace leasehold::v4
