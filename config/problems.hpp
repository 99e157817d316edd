// Gathers what is wrong with a configuration, so that all of it can be told at once; bounded.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/dialect.hpp"
#include "config/problem.hpp"

namespace leasehold::config {

class Problems {
public:
    static constexpr std::size_t errors_max = 200;
    static constexpr std::size_t warnings_max = 200;

    void error(const Position& at, std::string pointer, std::string what, std::string allowed = {},
               std::string hint = {});
    void warning(const Position& at, std::string pointer, std::string what, std::string hint = {});
    /// One that was told as an error elsewhere, and does no harm here.
    void warning(Problem problem);
    /// Told where it is met first; how often more, its hint says in the end. For what 40,000 subnets repeat.
    void warning_once(const std::string& subject, const Position& at, std::string pointer, std::string what);

    bool has_errors() const { return errors_found_ > 0; }
    /// In the order of the text within each file. What the limits left out is counted by a last line.
    std::vector<Problem> errors();
    std::vector<Problem> warnings();

private:
    struct Repeated {
        std::size_t index;  // in warnings_
        std::size_t more = 0;
    };
    std::vector<Problem> errors_, warnings_;
    std::size_t errors_found_ = 0, warnings_found_ = 0;
    std::unordered_map<std::string, Repeated> repeated_;
};

}  // namespace leasehold::config
