// Limits, order and repetition of problems; how one reads is problem.cpp's part.
#include "config/problems.hpp"

#include <algorithm>
#include <utility>

namespace leasehold::config {
namespace {

void sort_by_place(std::vector<Problem>& problems) {
    std::ranges::stable_sort(problems, [](const Problem& a, const Problem& b) {
        return a.file == b.file && std::pair{a.line, a.column} < std::pair{b.line, b.column};
    });
}

Problem left_out(Problem::Kind kind, const Problem& last, std::size_t more) {
    return {kind, last.file, 0, 0, {}, std::to_string(more) + " more like these are not shown", {}, {}};
}

}  // namespace

void Problems::error(const Position& at, std::string pointer, std::string what, std::string allowed,
                     std::string hint) {
    if (++errors_found_ > errors_max) return;
    errors_.push_back({Problem::Kind::error, at.file ? *at.file : std::string{}, at.line, at.column,
                       std::move(pointer), std::move(what), std::move(allowed), std::move(hint)});
}

void Problems::warning(Problem problem) {
    problem.kind = Problem::Kind::warning;
    if (++warnings_found_ <= warnings_max) warnings_.push_back(std::move(problem));
}

void Problems::warning(const Position& at, std::string pointer, std::string what, std::string hint) {
    if (++warnings_found_ > warnings_max) return;
    warnings_.push_back({Problem::Kind::warning,
                         at.file ? *at.file : std::string{},
                         at.line,
                         at.column,
                         std::move(pointer),
                         std::move(what),
                         {},
                         std::move(hint)});
}

void Problems::warning_once(const std::string& subject, const Position& at, std::string pointer,
                            std::string what) {
    const auto [known, fresh] = repeated_.try_emplace(subject, Repeated{warnings_.size()});
    if (fresh)
        warning(at, std::move(pointer), std::move(what));
    else
        ++known->second.more;
}

std::vector<Problem> Problems::errors() {
    auto list = std::move(errors_);
    sort_by_place(list);
    if (errors_found_ > list.size())
        list.push_back(left_out(Problem::Kind::error, list.back(), errors_found_ - list.size()));
    return list;
}

std::vector<Problem> Problems::warnings() {
    for (const auto& [subject, repeated] : repeated_)
        if (repeated.more > 0 && repeated.index < warnings_.size())
            warnings_[repeated.index].hint = "the same in " + std::to_string(repeated.more) + " more places";
    auto list = std::move(warnings_);
    sort_by_place(list);
    if (warnings_found_ > list.size())
        list.push_back(left_out(Problem::Kind::warning, list.back(), warnings_found_ - list.size()));
    return list;
}

}  // namespace leasehold::config
