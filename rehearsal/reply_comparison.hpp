// Two answers to one message beside each other: which fields and options differ. Padding, the order of options and
// the way an option was split do not count.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "rehearsal/option_words.hpp"

namespace leasehold::rehearsal {

struct Difference {
    std::string what;           // "address", "option 6 (domain-name-servers)", "IA NA 1"
    std::string ours, theirs;   // "none": it is not there
    bool operator==(const Difference&) const = default;
};

/// One line: "DHCPACK 192.0.2.10", "REPLY NA 1 2001:db8::10"; "no answer" for no octets.
std::string reply_summary(Family family, std::span<const std::uint8_t> reply);

/// @param ours, theirs  empty: there was no answer
/// @param ignored  names that are not compared: a field ("address", "next-server") or an option's code ("54")
std::vector<Difference> compare_replies(const OptionWords& words, Family family, std::span<const std::uint8_t> ours,
                                        std::span<const std::uint8_t> theirs, const std::set<std::string>& ignored);

}  // namespace leasehold::rehearsal
