// What a run has found, for people and for programs.
#pragma once

#include <string>

#include "tests/bench/load/outcome.hpp"
#include "tests/bench/load/search.hpp"
#include "tests/bench/load/settings.hpp"

namespace leasehold::bench {

/// One line: family, path, exchange, shape of load, and how to have the same clients again.
std::string what_is_done(const Settings& settings);
std::string table(const Settings& settings, const Outcome& outcome);
std::string json(const Settings& settings, const Outcome& outcome);
/// Of one step, as it is done; a line.
std::string step_text(const Step& step);
std::string table(const Settings& settings, const SearchResult& result);
std::string json(const Settings& settings, const SearchResult& result, const Outcome& last);

/// What the program ends with; docs/benchmark.md says what each means.
enum class ExitStatus : int { fine = 0, usage = 1, wrong_answers = 2, losses = 3 };
ExitStatus exit_status(const Settings& settings, const Outcome& outcome);
ExitStatus exit_status(const SearchResult& result);

}  // namespace leasehold::bench
