// The classes that every DHCPv6 packet is in, before those of the configuration.
#include "dhcp/v6/classify.hpp"

#include "dhcp/classify.hpp"
#include "dhcp/v6/option_table.hpp"

namespace leasehold::v6 {

std::size_t classify(const ExpressionSource& source, const MessageView& message, const ServerConfig& config,
                     ClassSet& classes) {
    classes.add(class_id::all);
    if (const auto vendor = message.option(option::vendor_class)) {
        Reader in{*vendor};
        in.take(4);  // the enterprise number
        add_vendor_class(in.take(in.u16()), config, classes);
    }
    return leasehold::classify(source, config, classes);
}

}  // namespace leasehold::v6
