// How a problem reads on a terminal, in a log line and in a command's answer: one form for all.
#include "config/problem.hpp"

namespace leasehold::config {

std::string format(const Problem& problem) {
    std::string text = problem.file;
    if (problem.line != 0) text += ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
    text += problem.kind == Problem::Kind::error ? ": error: " : ": warning: ";
    if (!problem.pointer.empty()) text += problem.pointer + ": ";
    text += problem.what;
    if (problem.allowed.empty() && problem.hint.empty()) return text;

    text += " (";
    if (!problem.allowed.empty()) text += "allowed: " + problem.allowed;
    if (!problem.allowed.empty() && !problem.hint.empty()) text += "; ";
    return text + problem.hint + ")";
}

std::string format(const std::vector<Problem>& problems) {
    std::string text;
    for (const Problem& problem : problems) text += format(problem) + "\n";
    return text;
}

}  // namespace leasehold::config
