#include "config/control_sockets.hpp"

#include <algorithm>

namespace leasehold::config {

bool names_command(std::string_view name, std::string_view command) {
    if (!name.ends_with('*')) return name == command;
    return command.starts_with(name.substr(0, name.size() - 1));
}

bool CommandRights::permit(std::string_view command, bool writes) const {
    const auto is_this = [command](const std::string& name) { return names_command(name, command); };
    if (std::ranges::any_of(denied, is_this)) return false;
    return level == Level::write || (level == Level::read && !writes) ||
           std::ranges::any_of(allowed, is_this);
}

std::string HttpSocketConfig::url() const {
    const bool is_v6 = address.find(':') != std::string::npos;
    return std::string{tls ? "https://" : "http://"} + (is_v6 ? "[" + address + "]" : address) + ":" +
           std::to_string(port);
}

}  // namespace leasehold::config
