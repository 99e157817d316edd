// Compiling and matching regular expressions, and what a pattern may cost.
#include "dhcp/expression_regex.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace leasehold::expression {
namespace {

/// Characters that a pattern stands for with "{n,m}" written out, roughly: what it costs to match. The
/// library takes a stack frame per state of the compiled pattern, so this bounds the stack.
class CostOfPattern {
public:
    explicit CostOfPattern(std::string_view pattern) : rest_{pattern} {}

    std::size_t count() {
        while (!rest_.empty()) step();
        while (open_.size() > 1) close();  // unbalanced: std::regex says so
        return open_.back().sum;
    }

private:
    struct Group {
        std::size_t sum = 0;
        std::size_t last = 0;  // of the atom that a count may follow
    };

    void step() {
        const char c = take();
        switch (c) {
            case '\\':
                if (!rest_.empty()) take();
                return atom(1);
            case '[': return char_class();
            case '(': return open_.push_back({});
            case ')': return close();
            case '{': return repeat();
            default: return atom(1);
        }
    }

    char take() {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    void atom(std::size_t cost) {
        // Beyond the limit the exact number does not matter, and it must not overflow.
        cost = std::min(cost, pattern_size_max + 1);
        open_.back().sum = std::min(open_.back().sum + cost, pattern_size_max + 1);
        open_.back().last = cost;
    }

    void char_class() {
        while (!rest_.empty()) {
            const char c = take();
            if (c == ']') break;
            if (c == '\\' && !rest_.empty()) take();
        }
        atom(1);
    }

    void close() {
        if (open_.size() == 1) return;
        const std::size_t cost = open_.back().sum + 1;
        open_.pop_back();
        atom(cost);
    }

    void repeat() {
        const auto end = std::min(rest_.find('}'), rest_.size());
        std::size_t most = 1;
        for (std::size_t at = 0; at < end; ++at) {
            std::size_t number = 0;
            const auto [next, error] = std::from_chars(rest_.data() + at, rest_.data() + end, number);
            if (error == std::errc::result_out_of_range) number = pattern_size_max + 1;
            if (next == rest_.data() + at) continue;
            most = std::max(most, std::min(number, pattern_size_max + 1));
            at = static_cast<std::size_t>(next - rest_.data());
        }
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        atom(open_.back().last * most);
    }

    std::string_view rest_;
    std::vector<Group> open_{Group{}};
};

std::string_view to_text(std::regex_constants::error_type code) {
    using namespace std::regex_constants;
    if (code == error_brack) return "a \"[\" without its \"]\"";
    if (code == error_paren)  // the library says this of a leading "*" too
        return "a \"(\" or \")\" without the other, or a \"*\", \"+\" or \"?\" with nothing before it to "
               "repeat";
    if (code == error_brace || code == error_badbrace)
        return "a repetition count that is not {n}, {n,} or {n,m}";
    if (code == error_range) return "a range such as [z-a] that runs backwards";
    if (code == error_badrepeat) return "a \"*\", \"+\", \"?\" or \"{\" with nothing before it to repeat";
    if (code == error_escape) return "a backslash before a character that it does not go with";
    if (code == error_ctype || code == error_collate) return "an unknown name in [[: :]] or [[. .]]";
    // Taken by our choice of the matcher whose time is bounded, see below.
    if (code == error_complexity) return "a reference to an earlier group, which is not supported";
    return "too large or not a regular expression";
}

}  // namespace

Result<Regex, std::string> Regex::compile(std::string_view pattern) {
    if (pattern.size() > pattern_size_max || CostOfPattern{pattern}.count() > pattern_size_max)
        return std::unexpected("it is too large: at most " + std::to_string(pattern_size_max) +
                               " characters, counted repetitions written out");
    try {
        // __polynomial: the usual matcher of the library tries alternatives one after the other, in
        // exponential time for patterns such as (a*)*b, and recurses once per character. This one follows all
        // alternatives at once. It has no references to earlier groups; Kea's has, and the risk.
        return Regex{std::make_shared<const std::regex>(
            pattern.data(), pattern.size(),
            std::regex::ECMAScript | std::regex::nosubs | std::regex_constants::__polynomial)};
    } catch (const std::regex_error& error) {
        return std::unexpected(std::string{to_text(error.code())});
    }
}

Result<bool, std::string_view> Regex::matches(std::span<const std::uint8_t> value) const {
    if (value.size() > matched_size_max)
        return std::unexpected(std::string_view{"match() of a value with more than 1024 octets"});
    const auto* const text = reinterpret_cast<const char*>(value.data());
    try {
        return std::regex_match(text, text + value.size(), *regex_);
    } catch (const std::regex_error&) {
        return std::unexpected(
            std::string_view{"match() ran into a limit of the regular expression library"});
    }
}

}  // namespace leasehold::expression
