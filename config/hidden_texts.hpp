// Passwords, and what else of a configuration is not shown: hidden for config-get, kept for config-write, and
// found again when somebody sends back what config-get showed.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "config/dialect.hpp"
#include "config/problems.hpp"
#include "dhcp/secret.hpp"

namespace leasehold::config {

/// One text that is not shown, by its place in the full form.
struct HiddenText {
    std::string pointer;  // RFC 6901: "/Dhcp4/lease-database/password"
    std::string shown;
    Secret written;  // as it stands in the configuration, with its placeholders
};
using HiddenTexts = std::vector<HiddenText>;

/// The configuration in use, as far as a new one may refer to it.
struct ShownConfiguration {
    std::shared_ptr<const nlohmann::json> full;
    HiddenTexts hidden;
};

/// Replaces what is not to be shown in `full`, { "Dhcp4": { ... } } or that of DHCPv6: passwords, a password in a URL, and
/// placeholders of database maps. A text with the hidden mark stands for what `present` hides in this place,
/// if it is the text shown there and, for a database, if type, hosts and user are the same; else it is an
/// error.
/// @param root     what `full` was made from, for the places of errors
/// @param present  may be nullptr: then nothing can be meant by the hidden mark
HiddenTexts hide_texts(nlohmann::json& full, const Value& root, const ShownConfiguration* present,
                       Problems& problems);

/// nullptr: the text there is shown as it is written.
const HiddenText* find_hidden(const HiddenTexts& hidden, std::string_view pointer);

/// What config-write writes: `full` with the hidden texts back in their places.
nlohmann::json written_form(const nlohmann::json& full, const HiddenTexts& hidden);

}  // namespace leasehold::config
