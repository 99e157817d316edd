#include "control/configuration_edit.hpp"

#include "config/dialect.hpp"
#include "config/own_form.hpp"
#include "control/family_names.hpp"

namespace leasehold {
namespace {

/// The person who reads this has written arguments, and no configuration with lines.
void tell_by_argument(EditProblems& problems, const Edited& edited, const std::string& root) {
    const std::string place = "/" + root + edited.place;
    for (auto& problem : problems) {
        problem.line = problem.column = 0;
        const bool inside = !edited.place.empty() && problem.pointer.starts_with(place) &&
                            (problem.pointer.size() == place.size() || problem.pointer[place.size()] == '/');
        problem.file = inside ? "arguments" : "configuration with this change";
        if (inside) problem.pointer = edited.argument + problem.pointer.substr(place.size());
    }
}

}  // namespace

std::variant<LoadedEdit, Answer, EditProblems> load_edited(const nlohmann::json& full, const Edit& edit,
                                                           const std::string& source,
                                                           const config::LoadOptions& options) {
    const std::string root{names_of(options.family).configuration};
    auto changed = full;
    config::leave_own_values(changed.at(root), options.family);
    auto edited = edit(changed.at(root));
    if (!edited) return std::move(edited.error());
    auto loaded = config::load(config::from_json(changed, source), options);
    if (!loaded) {
        tell_by_argument(loaded.error(), *edited, root);
        return std::move(loaded.error());
    }
    if (edited->objection)
        if (auto answer = edited->objection(*loaded->server)) return std::move(*answer);
    return LoadedEdit{std::move(*loaded), std::move(edited->answer)};
}

}  // namespace leasehold
