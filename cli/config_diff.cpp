#include "cli/config_diff.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <ostream>

#include "config/load.hpp"
#include "config/node.hpp"
#include "config/schema.hpp"
#include "control/configuration_diff.hpp"
#include "control/configured_families.hpp"
#include "control/family_names.hpp"
#include "control/reload_effects.hpp"
#include "dhcp/exit_code.hpp"

namespace leasehold {
namespace {

using DiffJson = nlohmann::json;

constexpr int differences_status = 1;
constexpr std::size_t value_size_max = 160;  // octets of a value on a line for people

/// One file: its text with places, and what it means for a family.
struct Side {
    const config::Value& text;
    const config::Loaded& loaded;
};

/// Is it a value that a subnet or network has from an outer scope? Then the difference is there, and told there.
bool is_inherited(Family family, const Side& before, const Side& after, const ConfigurationDiff::Place& place) {
    if (place.before.empty() || place.after.empty()) return false;
    const auto key = place.after.substr(place.after.rfind('/') + 1);
    const auto* const row = config::find_key(family, config::Scope::subnet, key);
    return row != nullptr && (row->flags & config::inherited) != 0 &&
           (place.after.contains("/" + subnets_key(family) + "/") || place.after.contains("/shared-networks/")) &&
           config::find_value(before.text, place.before) == nullptr &&
           config::find_value(after.text, place.after) == nullptr;
}

/// "kea.conf:12:5"; where it stands, or what it would stand in.
std::string place_of(const Side& side, const std::string& pointer) {
    return config::place_text(config::nearest_value(side.text, pointer).position);
}

bool holds_hidden(const config::HiddenTexts& hidden, const std::string& pointer) {
    return std::ranges::any_of(hidden, [&](const config::HiddenText& text) {
        return text.pointer == pointer || text.pointer.starts_with(pointer + "/");
    });
}

/// What is new or gone is shown as it is written, without all the defaults; what is hidden stays so.
DiffJson value_at(const Side& side, const std::string& pointer) {
    const DiffJson& full = side.loaded.full->at(DiffJson::json_pointer{pointer});
    const auto* const written = full.is_structured() ? config::find_value(side.text, pointer) : nullptr;
    if (written == nullptr || holds_hidden(side.loaded.hidden, pointer)) return full;
    return config::to_json(*written);
}

/// Texts that are hidden in both look the same: a change that would not be told otherwise.
void add_hidden_changes(const Side& before, const Side& after, ConfigurationDiff& diff) {
    for (const auto& text : after.loaded.hidden) {
        const auto* const former = config::find_hidden(before.loaded.hidden, text.pointer);
        if (former == nullptr || former->shown != text.shown || former->written == text.written) continue;
        diff.changes.push_back({{"change", "changed"}, {"where", text.pointer}, {"hidden", true}});
        diff.places.push_back({text.pointer, text.pointer});
    }
}

/// A change with all that is known of it: `from` and `to` are whole values, `before` and `after` say where they are.
DiffJson completed(DiffJson change, const ConfigurationDiff::Place& place, const Side& before, const Side& after) {
    const auto tell = [&change](const char* value, const char* where, const Side& side, const std::string& pointer) {
        if (pointer.empty()) return;
        if (change.at("change") != "reordered") change[value] = value_at(side, pointer);
        change[where] = {{"pointer", pointer}, {"place", place_of(side, pointer)}};
        if (config::find_value(side.text, pointer) == nullptr) change[where]["default"] = true;
    };
    tell("from", "before", before, place.before);
    tell("to", "after", after, place.after);
    return change;
}

/// { "family": "DHCPv4", "changes": [ ... ], "inherited": 3, "reload": [ ... ] }
DiffJson compare_sides(Family family, const Side& before, const Side& after) {
    auto diff =
        configuration_diff(*before.loaded.full, *after.loaded.full, std::numeric_limits<std::size_t>::max());
    add_hidden_changes(before, after, diff);
    DiffJson changes = DiffJson::array();
    std::size_t inherited_count = 0;
    for (std::size_t i = 0; i < diff.places.size(); ++i) {
        if (is_inherited(family, before, after, diff.places[i]))
            ++inherited_count;
        else
            changes.push_back(completed(diff.changes[i], diff.places[i], before, after));
    }
    return {{"family", names_of(family).protocol},
            {"changes", std::move(changes)},
            {"inherited", inherited_count},
            {"reload", reload_effects(before.loaded, after.loaded)}};
}

std::string shortened(const DiffJson& value) {
    std::string text = config::compact(value);
    if (text.size() <= value_size_max) return text;
    text.resize(value_size_max);
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
    return text + " ...";
}

void show_change(const DiffJson& change, std::ostream& out) {
    out << change.at("change").get<std::string>() << " " << change.at("where").get<std::string>();
    if (change.contains("from") && change.contains("to"))
        out << ": " << shortened(change["from"]) << " -> " << shortened(change["to"]);
    else if (change.contains("from") || change.contains("to"))
        out << ": " << shortened(change.contains("from") ? change["from"] : change["to"]);
    out << (change.contains("hidden") ? " (not shown)\n" : "\n");
    for (const char* const side : {"before", "after"}) {
        if (!change.contains(side)) continue;
        const auto& where = change[side];
        out << "    " << side << " " << where.at("place").get<std::string>()
            << (where.contains("default") ? " (not written there: a default, or under an older name)" : "") << "\n";
    }
}

void show_family(const DiffJson& family, std::ostream& out) {
    if (family.at("changes").empty() && family.at("inherited") == 0) return;
    for (const auto& change : family.at("changes")) show_change(change, out);
    if (family.at("inherited") != 0)
        out << "and " << family["inherited"] << " value(s) that subnets and networks inherit from these\n";
    out << "A reload (" << family.at("family").get<std::string>() << "):\n";
    for (const auto& effect : family.at("reload")) out << "  - " << effect.get<std::string>() << "\n";
        out << "  - " << (family["reload"].empty() ? "The" : "Other") << " values count from the next packet on.\n";
}

/// One of the files has no map of the family.
DiffJson compare_with_nothing(Family family, const char* change, const char* side, const config::Value& text) {
    const std::string root{names_of(family).configuration}, pointer = "/" + root;
    const std::string place = config::place_text(config::nearest_value(text, pointer).position);
    return {{"family", names_of(family).protocol},
            {"changes", {{{"change", change}, {"where", pointer}, {side, {{"pointer", pointer}, {"place", place}}}}}},
            {"inherited", 0},
            {"reload", {"A reload neither begins nor ends the service of a family: that takes a restart."}}};
}

config::LoadResult load_side(const config::Value& text, Family family) {
    config::Value own = text;
    if (auto* const members = std::get_if<config::Value::Map>(&own.data))
        std::erase_if(*members, [&](const config::Member& member) {
            return member.key == (family == Family::v4 ? "Dhcp6" : "Dhcp4");
        });
    return config::load(own, {.family = family,
                              .allow_unsupported = true,
                              .relax_security = true,
                              .directories = config::Directories::from_environment()});
}

}  // namespace

struct ConfigCommandLine::Commands {
    CLI::App* diff = nullptr;
    ConfigDiffArguments arguments;
};

ConfigCommandLine::ConfigCommandLine(CLI::App& app) : commands_{std::make_unique<Commands>()} {
    auto* const config = app.add_subcommand("config", "Look at configurations");
    auto& arguments = commands_->arguments;
    auto* const diff = config->add_subcommand("diff", "Say what differs between two configurations, and what a reload would do");
    diff->add_option("before", arguments.before, "The one in use")->required()->type_name("FILE");
    diff->add_option("after", arguments.after, "The one to come")->required()->type_name("FILE");
    diff->add_flag("--json", arguments.json, "Print it as JSON");
    auto* const v4 = diff->add_flag_callback("-4", [&arguments] { arguments.family = Family::v4; }, "Compare DHCPv4 only");
    diff->add_flag_callback("-6", [&arguments] { arguments.family = Family::v6; }, "Compare DHCPv6 only")->excludes(v4);
    diff->footer("Exit status: 0 both mean the same, 1 they do not, 78 one of them would be refused.\n"
                 "Example: leasehold config diff /etc/leasehold/kea-dhcp4.conf new.conf");
    config->require_subcommand(1);
    commands_->diff = diff;
}

ConfigCommandLine::~ConfigCommandLine() = default;

std::optional<ConfigDiffArguments> ConfigCommandLine::given() const {
    return commands_->diff->parsed() ? std::optional{commands_->arguments} : std::nullopt;
}

int run_config_diff(const ConfigDiffArguments& arguments, std::ostream& out, std::ostream& err) {
    const auto refused = [&err](const std::vector<config::Problem>& problems) {
        err << config::format(problems) << "\n";
        return static_cast<int>(ExitCode::configuration);
    };
    const auto before = config::parse_file(arguments.before), after = config::parse_file(arguments.after);
    if (!before) return refused(before.error());
    if (!after) return refused(after.error());

    DiffJson compared = DiffJson::array();
    bool same = true;
    for (const Family family : {Family::v4, Family::v6}) {
        if (arguments.family && *arguments.family != family) continue;
        const std::string root{names_of(family).configuration};
        const bool has_before = before->value.member(root) != nullptr, has_after = after->value.member(root) != nullptr;
        if (!has_before && !has_after) continue;
        if (!has_before || !has_after) {
            compared.push_back(has_after ? compare_with_nothing(family, "added", "after", after->value)
                                         : compare_with_nothing(family, "removed", "before", before->value));
            same = false;
            continue;
        }
        const auto loaded_before = load_side(before->value, family), loaded_after = load_side(after->value, family);
        if (!loaded_before) return refused(loaded_before.error());
        if (!loaded_after) return refused(loaded_after.error());
        compared.push_back(compare_sides(family, {before->value, *loaded_before}, {after->value, *loaded_after}));
        same = same && compared.back().at("changes").empty() && compared.back().at("inherited") == 0;
    }
    if (compared.empty()) {
        err << "Neither " << arguments.before << " nor " << arguments.after << " has a configuration "
            << (arguments.family ? "of " + std::string{names_of(*arguments.family).protocol} : "\"Dhcp4\" or \"Dhcp6\"")
            << ".\n";
        return static_cast<int>(ExitCode::configuration);
    }
    if (arguments.json)
        out << config::pretty({{"same", same}, {"families", compared}});
    else
        for (const auto& family : compared) show_family(family, out);
    out.flush();
    return same ? static_cast<int>(ExitCode::normal) : differences_status;
}

}  // namespace leasehold
