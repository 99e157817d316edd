// PLACEHOLDER of branch h3: H6's version replaces this file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leasehold {

struct LeaseNotes {
    std::vector<std::string> client_classes;
    std::vector<std::uint8_t> relay_information;
};
LeaseNotes read_notes(std::string_view user_context);
std::string with_notes(std::string_view user_context, const LeaseNotes& notes);

}  // namespace leasehold
