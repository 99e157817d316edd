// Options of a message as people read them: by name, and with their values as text. The standard ones by their tables,
// others by the option-def lists of the configuration.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "dhcp/address.hpp"
#include "dhcp/option_def.hpp"

namespace leasehold::rehearsal {

struct MessageOption {
    std::uint16_t code = 0;
    std::vector<std::uint8_t> payload;
    bool operator==(const MessageOption&) const = default;
};

/// The options of a message in ascending codes, pieces joined. v6: of the client's part of it, several of one code in
/// their order. A message that cannot be read has none.
std::vector<MessageOption> options_of_reply(Family family, std::span<const std::uint8_t> message);

class OptionWords {
public:
    /// @param full  { "Dhcp4": { ... } } or { "Dhcp6": { ... } }, as config-get shows it
    OptionWords(Family family, const nlohmann::json& full);

    /// "routers"; "" for one that nobody has named
    std::string name(std::uint16_t code) const;
    /// "3 (routers)", "214"
    std::string title(std::uint16_t code) const;
    std::string value(std::uint16_t code, std::span<const std::uint8_t> payload) const;

private:
    /// nullptr: not defined
    const OptionDef* standard(std::uint16_t code) const;

    Family family_;
    std::map<std::uint16_t, OwnedOptionDef> own_;
};

}  // namespace leasehold::rehearsal
