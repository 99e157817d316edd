#include "control/configuration_edit.hpp"

#include "config/dialect.hpp"
#include "config/own_form.hpp"
#include "control/family_names.hpp"

namespace leasehold {
namespace {

bool lies_in(const config::Problem& problem, const std::string& place) {
    return problem.pointer.starts_with(place) &&
           (problem.pointer.size() == place.size() || problem.pointer[place.size()] == '/');
}

/// The person who reads this has written arguments, and no configuration with lines.
void tell_by_argument(EditProblems& problems, const Edited& edited, const std::string& root) {
    const std::string place = "/" + root + edited.place;
    for (auto& problem : problems) {
        problem.line = problem.column = 0;
        const bool inside = !edited.place.empty() && lies_in(problem, place);
        problem.file = inside ? "arguments" : "configuration with this change";
        if (inside) problem.pointer = edited.argument + problem.pointer.substr(place.size());
    }
}

/// What a lenient loader has only warned of. Empty: nothing that the command brought.
EditProblems skipped_problems(const config::Loaded& loaded, const std::string& place) {
    EditProblems problems;
    for (const auto& warning : loaded.warnings)
        if (lies_in(warning, place)) problems.push_back(warning);
    for (auto& problem : problems) problem.kind = config::Problem::Kind::error;
    return problems;
}

}  // namespace

std::variant<LoadedEdit, Answer, EditProblems> load_edited(const nlohmann::json& full,
                                                           const ServerConfig& present, const Edit& edit,
                                                           const std::string& source,
                                                           const config::LoadOptions& options) {
    const std::string root{names_of(options.family).configuration};
    auto changed = full;
    config::leave_own_values(changed.at(root), options.family);
    auto edited = edit(changed.at(root), present);
    if (!edited) return std::move(edited.error());
    auto loaded = config::load(config::from_json(changed, source), options);
    if (!loaded) {
        tell_by_argument(loaded.error(), *edited, root);
        return std::move(loaded.error());
    }
    if (loaded->server->skipped_reservations > edited->skipped_max.value_or(loaded->server->skipped_reservations)) {
        auto problems = skipped_problems(*loaded, "/" + root + edited->place);
        if (problems.empty())
            return failure("with this change a reservation that was right before is wrong, and would be left out");
        tell_by_argument(problems, *edited, root);
        return problems;
    }
    if (edited->objection)
        if (auto answer = edited->objection(*loaded->server)) return std::move(*answer);
    return LoadedEdit{std::move(*loaded), std::move(edited->answer)};
}

}  // namespace leasehold
