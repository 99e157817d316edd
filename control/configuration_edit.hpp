// A command that changes a part of the configuration in use: an edit of what config-get shows, which then is
// loaded like every other configuration.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>

#include "config/load.hpp"
#include "control/answer.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

/// What an edit has done.
struct Edited {
    Answer answer;  // once the configuration is in use
    /// RFC 6901, of the part that the command brought, within the family's map ("/subnet4/3") and within the
    /// command's arguments ("/subnet4/0"): what is wrong there is told in the words of the command. Both
    /// empty: the command brought nothing.
    std::string place = {}, argument = {};
    /// With reservations-lenient: how many wrong reservations were there before. One more, which the loader
    /// would leave out, is what the command brought, and is refused.
    std::optional<std::size_t> skipped_max = {};
    /// What is right as a configuration, and yet not as this change. The answer says why.
    std::function<std::optional<Answer>(const ServerConfig& made)> objection = nullptr;
};

/// Gets a copy of the configuration in use, the map within "Dhcp4" or "Dhcp6" as config-get shows it, but for
/// what networks and subnets inherit, with secrets hidden, and changes it; `present` is the same as a value. Runs
/// on the side thread, maybe after other changes: it may use only these and what it holds itself. What it leaves is
/// checked wholly afterwards, so it need not check what the loader does.
/// @error the answer of the command; nothing is changed then
using EditedOrAnswer = Result<Edited, Answer>;
using Edit = std::function<EditedOrAnswer(nlohmann::json& map, const ServerConfig& present)>;

struct LoadedEdit {
    config::Loaded loaded;
    Answer answer;
};
using EditProblems = std::vector<config::Problem>;

/// @param source   for warnings, "of subnet4-add"
/// @param options  with the hidden secrets of what is in use
/// @error the edit's own answer, or what is wrong with the configuration that it made; no file and no line,
///        since there are none
std::variant<LoadedEdit, Answer, EditProblems> load_edited(const nlohmann::json& full,
                                                           const ServerConfig& present, const Edit& edit,
                                                           const std::string& source,
                                                           const config::LoadOptions& options);

}  // namespace leasehold
