// Lines of a text whose size nobody knows, in bounded memory.
#pragma once

#include <istream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace leasehold {

/// One line after the other, without its line feed. Valid until the next call.
class TextLines {
public:
    /// A lease with every field at its limit, escaped in the most wasteful way, is shorter.
    static constexpr std::size_t line_size_max = 1 << 20;

    explicit TextLines(std::istream& input) : input_{input} {}

    /// nullopt: the end, or a failure (then input.bad()). An inner nullopt: the line is longer than the
    /// limit, and was passed over.
    std::optional<std::optional<std::string_view>> next() {
        ++number_;
        input_.getline(line_.data(), static_cast<std::streamsize>(line_.size()));
        const auto size = static_cast<std::size_t>(input_.gcount());
        if (input_.eof() && size == 0) return std::nullopt;
        if (!input_.fail()) return std::string_view{line_.data(), size - (input_.eof() ? 0 : 1)};
        if (input_.bad() || size == 0) return std::nullopt;
        input_.clear();
        input_.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
        return std::optional<std::string_view>{};
    }
    /// Of the line that next() gave last, from 1.
    std::uint64_t number() const { return number_; }

private:
    std::istream& input_;
    std::string line_ = std::string(line_size_max, '\0');
    std::uint64_t number_ = 0;
};

}  // namespace leasehold
