// Regular expressions of match(): ECMAScript (std::regex), with limits that keep the time and the stack of a
// match bounded whatever a client sends.
#pragma once

#include <cstdint>
#include <memory>
#include <regex>
#include <span>
#include <string>
#include <string_view>

#include "dhcp/result.hpp"

namespace leasehold::expression {

/// Octets of a pattern, and characters it stands for when its counted repetitions are written out.
inline constexpr std::size_t pattern_size_max = 1024;
/// Octets that a pattern is matched with; a longer value is an evaluation error.
inline constexpr std::size_t matched_size_max = 1024;

/// A compiled pattern. Copies share it; matching is const and allowed from any thread.
class Regex {
public:
    /// The error says what is wrong with the pattern, as the end of a sentence.
    static Result<Regex, std::string> compile(std::string_view pattern);
    /// Does the pattern match the whole value? May allocate. The error is a literal: why it cannot be told.
    Result<bool, std::string_view> matches(std::span<const std::uint8_t> value) const;

private:
    explicit Regex(std::shared_ptr<const std::regex> regex) : regex_{std::move(regex)} {}
    std::shared_ptr<const std::regex> regex_;
};

}  // namespace leasehold::expression
