#include "dhcp/client_class.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace leasehold {

namespace {
constexpr std::size_t word_bits = 64;
}

bool is_plain_in_class_name(char c) {
    constexpr std::string_view signs = "!#$&*+-./:?@^_|~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           signs.find(c) != signs.npos;
}

ClassNames::ClassNames() {
    // In the order of class_id.
    for (const std::string_view name : {"ALL", "KNOWN", "UNKNOWN", "BOOTP", "DROP", "SKIP_DDNS"})
        intern(name);
}

ClassId ClassNames::intern(std::string_view name) {
    if (const auto known = find(name)) return *known;
    assert(names_.size() < std::numeric_limits<ClassId>::max());
    const auto id = static_cast<ClassId>(names_.size());
    names_.emplace_back(name);
    ids_.emplace(std::string{name}, id);
    return id;
}

std::optional<ClassId> ClassNames::find(std::string_view name) const {
    const auto found = ids_.find(name);
    return found == ids_.end() ? std::nullopt : std::optional{found->second};
}

void ClassSet::add(ClassId id) {
    const std::size_t word = id / word_bits;
    if (word >= bits_.size()) bits_.resize(word + 1);
    const auto bit = std::uint64_t{1} << id % word_bits;
    if ((bits_[word] & bit) != 0) return;
    bits_[word] |= bit;
    order_.push_back(id);
}

bool ClassSet::has(ClassId id) const {
    const std::size_t word = id / word_bits;
    return word < bits_.size() && (bits_[word] >> id % word_bits & 1) != 0;
}

bool admits(const ClassGuard& guard, const ClassSet& classes) {
    return guard.empty() || std::ranges::any_of(guard, [&](ClassId id) { return classes.has(id); });
}

}  // namespace leasehold
