// See the header.
#include "control/transfer_command_line.hpp"

#include <CLI/CLI.hpp>
#include <map>

namespace leasehold {
namespace {

const std::map<std::string, Family> families{{"4", Family::v4}, {"6", Family::v6}};
const std::map<std::string, DumpFormat> formats{{"json", DumpFormat::json}, {"csv", DumpFormat::csv}};

void add_configuration(CLI::App& command, std::string& file) {
    command.add_option("-c,--config", file, "Configuration whose lease-database is meant")
        ->type_name("FILE")
        ->required();
}

void add_family(CLI::App& command, std::optional<Family>& family) {
    command
        .add_option_function<std::string>(
            "--family", [&family](const std::string& word) { family = families.at(word); },
            "4 or 6 (that of the configuration)")
        ->type_name("4|6")
        ->check(CLI::IsMember({"4", "6"}));
}

void add_format(CLI::App& command, DumpFormat& format) {
    command
        .add_option_function<std::string>(
            "--format", [&format](const std::string& word) { format = formats.at(word); },
            "json: one lease per line, everything (the default). csv: a lease file of Kea")
        ->type_name("json|csv")
        ->check(CLI::IsMember({"json", "csv"}));
}

void add_writing(CLI::App& command, bool& dry_run, std::uint64_t& max_row_errors) {
    command.add_flag("--dry-run", dry_run, "Only say what would be written");
    command
        .add_option("--max-row-errors", max_row_errors,
                    "Go on without up to N leases that cannot be read (0: then nothing is written)")
        ->type_name("N");
}

}  // namespace

struct TransferCommandLine::Commands {
    CLI::App *import_kea = nullptr, *dump = nullptr, *load = nullptr, *backup = nullptr;
    ImportKeaArguments import_arguments;
    LeasesDumpArguments dump_arguments;
    LeasesLoadArguments load_arguments;
    BackupArguments backup_arguments;

    void add_import(CLI::App& app) {
        auto& given = import_arguments;
        import_kea = app.add_subcommand("import-kea", "Take over leases from Kea's lease file or database");
        add_configuration(*import_kea, given.file);
        auto* const source = import_kea->add_option_group("source", "Where they come from");
        source
            ->add_option("--csv", given.csv,
                         "Kea's lease file; FILE.completed, FILE.2 and FILE.1 are read with it")
            ->type_name("FILE");
        source
            ->add_option("--url", given.url,
                         "Kea's database: mysql://user@host/name or postgresql://user@host/name")
            ->type_name("URL");
        source->require_option(1);
        import_kea
            ->add_option("--password-file", given.password_file,
                         "Holds the password for --url; else LEASEHOLD_KEA_PASSWORD in the environment does")
            ->type_name("FILE");
        add_family(*import_kea, given.family);
        add_writing(*import_kea, given.dry_run, given.max_row_errors);
        import_kea->footer(
            "Kea's files and tables are only read. Where there is a lease already, the one with the later\n"
            "client transaction stays. Exit status 65: some leases cannot be read.\n"
            "Examples:\n"
            "  leasehold import-kea -c leasehold.conf --csv /var/lib/kea/kea-leases4.csv --dry-run\n"
            "  leasehold import-kea -c leasehold.conf --url mysql://kea@db1/kea --password-file pw");
    }

    void add_leases(CLI::App& app) {
        auto* const leases = app.add_subcommand("leases", "Write leases to a file, or read them from one");
        leases->require_subcommand(1);
        dump = leases->add_subcommand("dump", "Write all leases of a database, beside a running server");
        add_configuration(*dump, dump_arguments.file);
        add_format(*dump, dump_arguments.format);
        add_family(*dump, dump_arguments.family);
        dump->add_option("-o,--output", dump_arguments.out, "A new file (-: standard output)")
            ->type_name("FILE");
        dump->footer(
            "Examples:\n"
            "  leasehold leases dump -c leasehold.conf -o leases.json\n"
            "  leasehold leases dump -c leasehold.conf --format csv > kea-leases4.csv");

        load = leases->add_subcommand("load", "Read leases into a database, while no server runs");
        add_configuration(*load, load_arguments.file);
        add_format(*load, load_arguments.format);
        add_family(*load, load_arguments.family);
        add_writing(*load, load_arguments.dry_run, load_arguments.max_row_errors);
        load->add_option("input", load_arguments.in, "What leases dump has written (-: standard input)")
            ->type_name("FILE")
            ->required();
        load->footer(
            "Where there is a lease already, the one with the later client transaction stays.\n"
            "Exit status 65: some leases cannot be read.\n"
            "Example: leasehold leases dump -c old.conf | leasehold leases load -c new.conf -");
    }

    void add_backup(CLI::App& app) {
        backup = app.add_subcommand("backup", "Copy a SQLite lease database, beside a running server");
        add_configuration(*backup, backup_arguments.file);
        backup->add_option("output", backup_arguments.out, "A new file")->type_name("FILE")->required();
        backup->footer("Example: leasehold backup -c leasehold.conf /backup/leases4-$(date +%F).db");
    }
};

TransferCommandLine::TransferCommandLine(CLI::App& app) : commands_{std::make_unique<Commands>()} {
    commands_->add_import(app);
    commands_->add_leases(app);
    commands_->add_backup(app);
}

TransferCommandLine::~TransferCommandLine() = default;

std::optional<TransferArguments> TransferCommandLine::given() const {
    if (commands_->import_kea->parsed()) return commands_->import_arguments;
    if (commands_->dump->parsed()) return commands_->dump_arguments;
    if (commands_->load->parsed()) return commands_->load_arguments;
    if (commands_->backup->parsed()) return commands_->backup_arguments;
    return std::nullopt;
}

}  // namespace leasehold
