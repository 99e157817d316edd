// See the header.
#include "lease_backends/migration_steps.hpp"

#include <optional>

namespace leasehold {
namespace {

constexpr std::string_view step_mark = "-- step:", done_mark = "-- done when:", continued_mark = "--  ";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

class StepReader {
public:
    Result<std::vector<SchemaStep>, std::string> read(std::string_view sql) {
        while (!sql.empty()) {
            const auto end = std::min(sql.find('\n'), sql.size());
            ++line_;
            if (auto problem = take(trimmed(sql.substr(0, end))))
                return std::unexpected("line " + std::to_string(line_) + ": " + *problem);
            sql.remove_prefix(std::min(end + 1, sql.size()));
        }
        if (in_step_) return std::unexpected("the last step has no end: a semicolon at the end of a line");
        if (steps_.empty()) return std::unexpected("it has no steps");
        return std::move(steps_);
    }

private:
    /// @return what is wrong with the line
    std::optional<std::string> take(std::string_view line) {
        if (line.starts_with(step_mark)) return begin(trimmed(line.substr(step_mark.size())));
        if (!in_step_) return line.empty() || line.starts_with("--") ? std::nullopt : outside();
        if (step_.statement.empty()) {
            if (line.starts_with(done_mark)) return probe(trimmed(line.substr(done_mark.size())));
            if (line.starts_with(continued_mark) && !step_.done_when.empty())
                return probe(trimmed(line.substr(continued_mark.size())));
            if (line.empty() || line.starts_with("--")) return std::nullopt;
            if (step_.done_when.empty())
                return "a statement before its step's `" + std::string{done_mark} + "`";
        }
        add_statement_line(line);
        return std::nullopt;
    }

    std::optional<std::string> begin(std::string_view words) {
        if (in_step_) return "a step begins before the statement of the last one ended";
        in_step_ = true;
        step_ = {std::string{words}, "", ""};
        return std::nullopt;
    }
    std::optional<std::string> probe(std::string_view text) {
        step_.done_when += (step_.done_when.empty() ? "" : " ") + std::string{text};
        return std::nullopt;
    }
    static std::optional<std::string> outside() { return "a statement outside of a step"; }

    void add_statement_line(std::string_view line) {
        const bool last = line.ends_with(';') && !line.starts_with("--");
        if (last) line.remove_suffix(1);
        step_.statement += (step_.statement.empty() ? "" : "\n") + std::string{line};
        if (!last) return;
        steps_.push_back(std::move(step_));
        in_step_ = false;
    }

    std::vector<SchemaStep> steps_;
    SchemaStep step_;
    bool in_step_ = false;
    int line_ = 0;
};

}  // namespace

Result<std::vector<SchemaStep>, std::string> read_steps(std::string_view sql) {
    return StepReader{}.read(sql);
}

}  // namespace leasehold
