// Words of the command line become Settings.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "tests/bench/load/settings.hpp"

namespace leasehold::bench {

/// Print it and end.
struct Printed {
    std::string text;
    bool is_error = false;
};

/// What is not given has its default. Neither interface nor addresses of this machine are looked up here.
/// @param words  without the program's name  @param random  chooses clients when no seed is given
std::variant<Settings, Printed> read_command_line(const std::vector<std::string>& words,
                                                  std::uint64_t random);

}  // namespace leasehold::bench
