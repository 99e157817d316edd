#include "control/schema_command_line.hpp"

#include <CLI/CLI.hpp>

namespace leasehold {
namespace {

/// A command and what is given to it.
template <class Arguments>
struct Command {
    CLI::App* app = nullptr;
    Arguments arguments;

    void add(CLI::App& group, const char* name, const char* words) {
        app = group.add_subcommand(name, words);
        app->add_option("-c,--config", arguments.file, "Configuration that names the lease database")
            ->required()
            ->type_name("FILE");
    }
};

}  // namespace

struct SchemaCommandLine::Commands {
    Command<MigrateStatusArguments> status;
    Command<MigrateRunArguments> run;
    Command<MigrateRepairArguments> repair;
    Command<RegistrationStatusArguments> registered;
    Command<TakeOverArguments> take_over;
};

SchemaCommandLine::SchemaCommandLine(CLI::App& app) : commands_{std::make_unique<Commands>()} {
    auto& [status, run, repair, registered, take_over] = *commands_;
    auto* const migrate = app.add_subcommand("migrate", "Look after the schema of the lease database");
    status.add(*migrate, "status", "Say which version the schema has and what is pending");
    status.app->add_flag("--json", status.arguments.json, "Print it as JSON");
    run.add(*migrate, "run", "Create the schema, or apply what is pending; may be run again at any time");
    run.app->add_option("--to", run.arguments.to, "The last version to apply")
        ->type_name("N")
        ->check(CLI::Range(1, 9999));
    run.app->add_flag("--dry-run", run.arguments.dry_run, "Only say what would be applied");
    repair.add(*migrate, "repair", "Correct what is recorded about the schema");
    repair.app
        ->add_option("--accept-checksum", repair.arguments.accept_checksum,
                     "Record this program's text of migration N as the one that was applied")
        ->required()
        ->type_name("N")
        ->check(CLI::Range(1, 9999));
    migrate->require_subcommand(1);

    auto* const database = app.add_subcommand("db", "Say or decide which server has the leases");
    registered.add(*database, "status", "Say which server is registered in the lease database");
    take_over.add(*database, "takeover",
                  "Give the leases to this server; the one that had them stops serving");
    database->require_subcommand(1);
}

SchemaCommandLine::~SchemaCommandLine() = default;

std::optional<SchemaArguments> SchemaCommandLine::given() const {
    const auto& [status, run, repair, registered, take_over] = *commands_;
    if (status.app->parsed()) return status.arguments;
    if (run.app->parsed()) return run.arguments;
    if (repair.app->parsed()) return repair.arguments;
    if (registered.app->parsed()) return registered.arguments;
    if (take_over.app->parsed()) return take_over.arguments;
    return std::nullopt;
}

}  // namespace leasehold
