// `leasehold completion bash|zsh`: what a shell offers while somebody types, made from the command line's own tree and the
// table of commands, so that it cannot know less than the program does.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace leasehold {

/// @param shell  becomes "bash" or "zsh" when that is asked for; outlives `app`
void add_completion(CLI::App& app, std::string& shell);
/// @param shell  "bash" or "zsh"
std::string completion_script(const CLI::App& app, const std::string& shell);

}  // namespace leasehold
