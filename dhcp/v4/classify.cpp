// PLACEHOLDER of branch h3: H1's version replaces this file.
#include "dhcp/v4/classify.hpp"

#include <string>

namespace leasehold::v4 {
namespace {
bool passes(const ClientClassConfig& found, const ExpressionSource& source, const ClassSet& classes) {
    if (!found.test) return false;
    const auto outcome = found.test->matches(source, classes);
    return outcome && *outcome;
}
}  // namespace

void classify(const ExpressionSource& source, const MessageView& message, const ServerConfig& config,
              ClassSet& classes) {
    classes.add(class_id::all);
    if (message.type() == MessageType::none) classes.add(class_id::bootp);
    if (const auto vendor = message.option(60)) {
        std::string name{"VENDOR_CLASS_"};
        name.append(vendor->begin(), vendor->end());
        if (const auto id = config.class_names.find(name)) classes.add(*id);
    }
    for (const auto& found : config.classes)
        if (!found.additional_only && !found.after_hosts && passes(found, source, classes)) classes.add(found.id);
}
void classify_after_hosts(const ExpressionSource& source, const ServerConfig& config, ClassSet& classes) {
    for (const auto& found : config.classes)
        if (!found.additional_only && found.after_hosts && passes(found, source, classes)) classes.add(found.id);
}
void classify_additional(const ExpressionSource& source, const ServerConfig& config,
                         std::span<const ClassId> list, ClassSet& classes) {
    for (const auto id : list) {
        const auto* found = config.client_class(id);
        if (found == nullptr || !found->test || passes(*found, source, classes)) classes.add(id);
    }
}

}  // namespace leasehold::v4
